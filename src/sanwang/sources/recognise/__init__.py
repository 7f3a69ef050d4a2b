"""Which table a sheet is and which field each heading names: a guess with its evidence, to be shown and corrected."""
