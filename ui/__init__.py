"""What people see: pages, components and charts. Streamlit is imported only here and in `app.py`."""
