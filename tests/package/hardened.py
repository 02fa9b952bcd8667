#!/usr/bin/env python3
"""hardened: reads the headers of built programs: PIE, full RELRO, no executable stack, stack protector, FORTIFY.

hardened.py PROGRAM...
"""

import subprocess
import sys


def faults_of(program):
	def read(*options):
		return subprocess.run(['readelf', *options, program], stdout=subprocess.PIPE, text=True, check=True).stdout
	header, segments, dynamic, symbols = read('-h'), read('-lW'), read('-dW'), read('--dyn-syms', '-W')
	stack = [line for line in segments.splitlines() if 'GNU_STACK' in line]
	looks = {
		'not position-independent': 'DYN' in header and 'PIE' in dynamic,
		'without RELRO': 'GNU_RELRO' in segments,
		'without BIND_NOW': 'BIND_NOW' in dynamic or 'NOW' in dynamic,
		'with an executable stack': stack and 'RWE' not in stack[0],
		'without stack protector': '__stack_chk_fail' in symbols,
		'without FORTIFY_SOURCE': '_chk@' in symbols.replace('__stack_chk_fail', ''),
	}
	return [words for words, fine in looks.items() if not fine]


bad = {p: faults_of(p) for p in sys.argv[1:]}
for program, faults in bad.items():
	if faults:
		print(f'{program}: {", ".join(faults)}')
sys.exit(1 if any(bad.values()) or not bad else 0)
