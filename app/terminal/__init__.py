"""What the commands share: options, what they ask for, reports and how these are printed, progress, files written."""
