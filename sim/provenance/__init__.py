"""What ran: digest of the model, code that was altered in the process, numerical kernels."""
