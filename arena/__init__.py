"""What the app does, without Streamlit: import, run, vote, rank, audit, export."""
