"""The monthly report: its content once, and its forms: page, document, PDF, workbook."""
