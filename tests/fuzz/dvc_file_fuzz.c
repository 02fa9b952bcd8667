/*
 * Reads the input as a file of DVC. What is accepted names one file of its folder, and reads the same with CRLF.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/work/migrate/dvc_file.h"
#include "tests/fuzz/fuzz.h"

static void require(bool holds)
{
	if (!holds) {
		abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	vv_dvc_file d = {.name = VV_BUF_INIT}, again = {.name = VV_BUF_INIT};
	vv_buf crlf = VV_BUF_INIT;
	bool is = vv_dvc_file_read(&d, (const char *)data, size);

	if (is) {
		require(strspn(d.md5, "0123456789abcdef") == VV_MD5_TEXT &&
			d.md5[VV_MD5_TEXT] == '\0');
		require(d.name.len > 0 && !memchr(d.name.data, '/', d.name.len));
	}
	if (size == 0 || !memchr(data, '\r', size)) {
		for (size_t i = 0; i < size; i++) {
			if (data[i] == '\n') {
				vv_buf_putc(&crlf, '\r');
			}
			vv_buf_putc(&crlf, (char)data[i]);
		}
		require(vv_dvc_file_read(&again, vv_buf_cstr(&crlf), crlf.len) == is);
		require(!is || strcmp(d.md5, again.md5) == 0);
	}
	vv_buf_clear(&crlf);
	vv_buf_clear(&d.name);
	vv_buf_clear(&again.name);
	return 0;
}
