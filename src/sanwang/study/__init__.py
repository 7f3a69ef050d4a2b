"""What a study is: a question to a Region declared once, its typed options, its Result, and the registry of all."""
