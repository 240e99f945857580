"""Second line sensor (P-13): analogue, ratiometric to the ADC's own reference."""


class Ratiometric:
    """`adc` offers `read_u16()`, like `machine.ADC`."""

    def __init__(self, adc):
        self.read = adc.read_u16  # 0 to 65535; the sensor uses 10 to 90 % of it
