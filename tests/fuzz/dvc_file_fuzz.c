/*
 * Reads the input as a file of DVC, a lock of it and a list of a folder. What is accepted names files below its folder, and
 * reads the same with CRLF.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/clone/dvc_file.h"
#include "tests/fuzz/fuzz.h"

static void require(bool holds)
{
	if (!holds) {
		abort();
	}
}

static void check(const vv_dvc_file *d)
{
	for (size_t i = 0; i < d->count && !d->odd; i++) {
		const vv_dvc_out *o = &d->outs[i];
		const char *path = o->path.data;

		require(!o->kept || strspn(o->md5, "0123456789abcdef") == VV_MD5_TEXT);
		require(o->path.len == 0 ||
			(*path != '/' && strncmp(path, "../", 3) != 0 && strcmp(path, "..") != 0 &&
			 !strstr(path, "/../") && !strstr(path, "//")));
	}
}

static void read(vv_dvc_file *d, const char *text, size_t len, int kind)
{
	vv_error err;
	vv_status rc = kind == 2 ? vv_dvc_list_read(d, text, len, &err)
				 : vv_dvc_file_read(d, text, len, kind == 1, &err);

	require(rc == VV_OK || (kind == 2 && rc == VV_EINPUT));
	if (rc == VV_OK) {
		check(d);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	vv_buf crlf = VV_BUF_INIT;

	for (size_t i = 0; i < size; i++) {
		if (data[i] == '\n' && (i == 0 || data[i - 1] != '\r')) {
			vv_buf_putc(&crlf, '\r');
		}
		vv_buf_putc(&crlf, (char)data[i]);
	}
	for (int kind = 0; kind < 3; kind++) {
		vv_auto(vv_dvc_file) d = {0}, again = {0};

		read(&d, (const char *)data, size, kind);
		if (kind < 2) {
			read(&again, vv_buf_cstr(&crlf), crlf.len, kind);
			require(d.count == again.count && d.odd == again.odd);
		}
	}
	vv_buf_clear(&crlf);
	return 0;
}
