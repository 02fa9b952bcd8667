/*
 * termios: Windows has no /dev/tty, so that no terminal is ever changed.
 */
#ifndef VV_BASE_WINDOWS_TERMIOS_H
#define VV_BASE_WINDOWS_TERMIOS_H

#include <errno.h>

typedef unsigned tcflag_t;
struct termios {
	tcflag_t c_lflag;
};

#define ECHO 8
#define TCSAFLUSH 2

static inline int tcgetattr(int fd, struct termios *out)
{
	(void)fd;
	out->c_lflag = 0;
	errno = ENOTTY;
	return -1;
}

static inline int tcsetattr(int fd, int when, const struct termios *how)
{
	(void)fd;
	(void)when;
	(void)how;
	errno = ENOTTY;
	return -1;
}

#endif
