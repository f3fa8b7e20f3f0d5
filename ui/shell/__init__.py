"""The page script, in a folder of its own: its folder leads `sys.path` and must hold no module to import.

A folder `pages/` beside the script would switch on Streamlit's older navigation, so ours lies elsewhere.
"""

from pathlib import Path

PAGE_SCRIPT = Path(__file__).with_name("main.py")
