"""Risk score: expected serious cases of each grid, its reasons, and how well it has foretold.

Nothing about who lives in a grid goes in; `inputs.FEATURES` is the whole list of what does.
"""
