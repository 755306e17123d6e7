"""x"""
def command_line(a: list[str]) -> int:
    print("fake", a)
    return 0
