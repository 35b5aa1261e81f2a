"""Queries and updates that are compiled once per process, for those that each run makes again.

Django takes ten times as long to compile a query, and to find out how to read its rows, as a database
takes to answer it.
"""

from __future__ import annotations

from functools import cached_property
from operator import attrgetter, methodcaller
from threading import Lock
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connections, router, transaction
from django.db.models import Case, F, Func, IntegerField, Model, Value, When
from django.db.models.query import ModelIterable
from django.db.models.sql import UpdateQuery

from wagtail_llm_actions.threads import built_once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import Field, Manager, Q, QuerySet

M = TypeVar("M", bound=Model)
R = TypeVar("R")

COUNT = Func(F("pk"), function="COUNT", output_field=IntegerField())
"""The number of a query's rows, as a value of its only row: an aggregate is no queryset."""


def count_where(condition: Q) -> Func:
    """Return the number of those rows that a condition holds for, as ``COUNT``."""
    return Func(Case(When(condition, then=1)), function="COUNT", output_field=IntegerField())


class Parameter(Value):
    """Stands in a prepared query for a value that each use of it gives.

    Args:
        name: Of the value.
        field: As whose value the database gets it.
    """

    def __init__(self, name: str, field: Field[Any, Any]) -> None:
        super().__init__(name, output_field=field)

    def as_sql(self, *_args: Any) -> Any:
        """Return a placeholder, and this as its value."""
        return "%s", [self]

    def value_of(self, values: Mapping[str, Any], connection: BaseDatabaseWrapper) -> Any:
        """Return the value as the database's driver takes it.

        Raises:
            EmptyResultSet: No column of its field has such a large number. Of a lookup, Django raises it.
        """
        field = self.output_field
        value = field.get_db_prep_value(values[self.value], connection)
        if isinstance(field, IntegerField) and value is not None:
            least, most = connection.ops.integer_field_range(field.get_internal_type())
            if not least <= value <= most:
                raise EmptyResultSet
        return value


class _NewValue(Parameter):
    """Stands for the value that an update gives to a field; ``values`` has it by the field itself."""

    def value_of(self, values: Mapping[Any, Any], connection: BaseDatabaseWrapper) -> Any:
        """Return the value as the database's driver takes it."""
        field = self.output_field
        return field.get_db_prep_save(values[field], connection)


class PreparedQuery(Generic[M]):
    """A query that is built and compiled when it is first used.

    Args:
        build: Returns it, with a ``Parameter`` for each value that is not always the same. It has no
            ``select_related`` and no ``prefetch_related``.
    """

    def __init__(self, build: Callable[[], QuerySet[M, Any]]) -> None:
        self._build = build
        # Django changes a query while it compiles it: two threads at once make wrong SQL, which would be kept.
        self._lock = Lock()
        self._compiled: dict[str, _Compiled] = {}
        self._updates: dict[tuple[str, ...], _Statement] = {}

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query that asks for values.

        Args:
            **values: Of the parameters.
        """
        connection = connections[self._queryset.db]
        compiled = self._compiled_for(connection)
        return [tuple(row) for row in compiled.rows(connection, values)]

    def instances(self, **values: Any) -> list[M]:
        """Return the objects of a query that asks for them, as Django would.

        Args:
            **values: Of the parameters.
        """
        connection = connections[self._queryset.db]
        compiled = self._compiled_for(connection)
        found = []
        for row in compiled.rows(connection, values):
            columns, annotations = row[: len(compiled.columns)], compiled.annotations
            instance = self._queryset.model.from_db(connection.alias, compiled.columns, columns)
            for name, position in annotations.items():
                setattr(instance, name, row[position])
            found.append(instance)
        return found

    def first(self, **values: Any) -> M | None:
        """Return the first object, or ``None``; the arguments are those of ``instances``."""
        return next(iter(self.instances(**values)), None)

    def update(self, new: Mapping[str, Any], **values: Any) -> int:
        """Change the rows of the query; return how many there were.

        Args:
            new: The new values by the names of their fields; no expressions.
            **values: Of the parameters.
        """
        model: type[Model] = self._queryset.model
        connection = connections[router.db_for_write(model)]
        key = (connection.alias, *new)
        with self._lock:
            if key not in self._updates:
                self._updates[key] = _compile_update(self._queryset, new, connection)
        statement = self._updates[key]
        fields = {model._meta.get_field(name): value for name, value in new.items()}
        with transaction.mark_for_rollback_on_error(connection.alias):
            return statement.execute(connection, {**values, **fields}, attrgetter("rowcount"), 0)

    @cached_property
    def _queryset(self) -> QuerySet[M, Any]:
        return self._build()

    def _compiled_for(self, connection: BaseDatabaseWrapper) -> _Compiled:
        with self._lock:
            if connection.alias not in self._compiled:
                self._compiled[connection.alias] = _compile(self._queryset, connection)
        return self._compiled[connection.alias]


def object_with_key(manager: Manager[M], key: Any) -> M | None:
    """Return the object with a primary key, as a manager finds it; ``None`` without one."""
    query = _with_key(manager)
    return query.first(key=key) if query else manager.filter(pk=key).first()


@built_once
def _with_key(manager: Manager[M]) -> PreparedQuery[M] | None:
    # Others can choose rows by the request or the time, or make objects of other classes.
    is_known = manager.get_queryset.__module__.partition(".")[0] in {"django", "wagtail"}
    if not is_known or manager.all()._iterable_class is not ModelIterable:
        return None
    key = Parameter("key", manager.model._meta.pk)
    return PreparedQuery(lambda: manager.order_by().filter(pk=key))


class _Statement(NamedTuple):
    sql: str
    parameters: Sequence[Any]

    def execute(
        self,
        connection: BaseDatabaseWrapper,
        values: Mapping[Any, Any],
        result: Callable[[Any], R],
        nothing: R,
    ) -> R:
        """Return the ``result`` of the database's cursor; ``nothing`` where no row can have the values."""
        try:
            parameters = [
                each.value_of(values, connection) if isinstance(each, Parameter) else each
                for each in self.parameters
            ]
        except EmptyResultSet:
            return nothing
        with connection.cursor() as cursor:
            cursor.execute(self.sql, parameters)
            return result(cursor)


class _Compiled(NamedTuple):
    statement: _Statement
    columns: Sequence[str]
    """Of an object, before all others; the names of its fields."""
    annotations: Mapping[str, int]
    converters: Mapping[int, tuple[Sequence[Callable[..., Any]], Any]]

    def rows(
        self, connection: BaseDatabaseWrapper, values: Mapping[str, Any]
    ) -> Iterator[list[Any]]:
        found: Sequence[Sequence[Any]] = self.statement.execute(
            connection, values, methodcaller("fetchall"), ()
        )
        for each in found:
            row = list(each)
            for position, (converters, expression) in self.converters.items():
                for convert in converters:
                    row[position] = convert(row[position], expression, connection)
            yield row


def _compile(queryset: QuerySet[Any, Any], connection: BaseDatabaseWrapper) -> _Compiled:
    # As the iterables of Django's own querysets do each time.
    compiler: Any = queryset.query.get_compiler(connection=connection)
    statement = _Statement(*compiler.as_sql())
    selected = [expression for expression, *_ in compiler.select]
    of_object = (compiler.klass_info or {}).get("select_fields", ())
    return _Compiled(
        statement=statement,
        columns=[selected[position].target.attname for position in of_object],
        annotations=compiler.annotation_col_map,
        converters=compiler.get_converters(selected),
    )


def _compile_update(
    queryset: QuerySet[Any, Any], names: Iterable[str], connection: BaseDatabaseWrapper
) -> _Statement:
    # As `QuerySet.update` does each time.
    query: Any = queryset.query.chain(UpdateQuery)
    fields = map(queryset.model._meta.get_field, names)
    query.add_update_values({field.name: _NewValue(field.name, field) for field in fields})
    query.clear_select_clause()
    return _Statement(*query.get_compiler(connection=connection).as_sql())
