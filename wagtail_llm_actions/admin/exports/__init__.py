"""Downloads as CSV and XLSX, at a constant memory."""
