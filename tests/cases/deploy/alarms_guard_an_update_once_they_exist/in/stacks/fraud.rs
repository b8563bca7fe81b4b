// The program has it compiled in.
