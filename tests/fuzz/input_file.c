/*
 * input_file: one temporary file, made again for each input (what is tested may have
 * renamed another one over it).
 */
#include "tests/fuzz/input_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static char path[] = "/tmp/varve-fuzz-XXXXXX";
static int made;

static void remove_file(void)
{
	(void)unlink(path);
}

const char *vv_fuzz_file(const void *bytes, size_t len)
{
	int fd = made ? open(path, O_WRONLY | O_TRUNC) : mkstemp(path);

	if (fd < 0 || (!made && atexit(remove_file) != 0) ||
	    (len > 0 && write(fd, bytes, len) != (ssize_t)len)) {
		abort();
	}
	made = 1;
	(void)close(fd);
	return path;
}
