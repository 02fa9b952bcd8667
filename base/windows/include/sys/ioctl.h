/*
 * ioctl: the size of the console.
 */
#ifndef VV_BASE_WINDOWS_IOCTL_H
#define VV_BASE_WINDOWS_IOCTL_H

struct winsize {
	unsigned short ws_row, ws_col;
};

#define TIOCGWINSZ 1

/* what: TIOCGWINSZ. */
int ioctl(int fd, int what, struct winsize *out);

#endif
