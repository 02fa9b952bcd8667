/*
 * Reads the input as packets, run by run, as lines, as a stream and by draining in turn;
 * what was read as a stream is put again and must read back.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/sys.h"
#include "lib/worktree/pkt_line.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/input_file.h"

static int open_input(const void *bytes, size_t len)
{
	int fd = vv_open(vv_fuzz_file(bytes, len), O_RDWR, 0, NULL);

	if (fd < 0) {
		abort();
	}
	return fd;
}

static bool read_lines(vv_pkt_in *in, vv_error *err)
{
	const char *text;
	int more;

	while ((more = vv_pkt_text(in, &text, err)) > 0) {
		if (strlen(text) > VV_PKT_MAX) {
			abort();
		}
	}
	return more == 0;
}

/* In odd steps, which do not fall together with packets. */
static bool read_stream(vv_pkt_in *in, vv_buf *out, vv_error *err)
{
	char step[1021];
	ssize_t got;

	while ((got = vv_pkt_read(in, step, sizeof(step), err)) > 0) {
		vv_buf_put(out, step, (size_t)got);
	}
	return got == 0;
}

static void put_again(const vv_buf *bytes)
{
	int fd = open_input("", 0);
	vv_buf again = VV_BUF_INIT;
	vv_pkt_out out;
	vv_pkt_in in;
	vv_error err;

	vv_pkt_out_init(&out, fd);
	if (vv_pkt_put(&out, vv_buf_cstr(bytes), bytes->len, &err) < 0 ||
	    (vv_pkt_flush(&out), vv_pkt_send(&out, &err)) < 0 || lseek(fd, 0, SEEK_SET) != 0 ||
	    vv_pkt_in_init(&in, fd, &err) < 0 || !read_stream(&in, &again, &err) ||
	    again.len != bytes->len ||
	    (bytes->len > 0 && memcmp(again.data, bytes->data, bytes->len) != 0)) {
		abort();
	}
	vv_buf_clear(&again);
	vv_pkt_in_clear(&in);
	vv_pkt_out_clear(&out);
	(void)close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = open_input(data, size);
	vv_buf bytes = VV_BUF_INIT;
	vv_pkt_in in;
	vv_error err;
	bool good = true;
	unsigned run;

	if (vv_pkt_in_init(&in, fd, &err) < 0) {
		abort();
	}
	for (run = 0; good && !in.eof; run++) {
		switch (run % 3) {
		case 0:
			good = read_lines(&in, &err);
			break;
		case 1:
			good = read_stream(&in, &bytes, &err);
			break;
		default:
			good = vv_pkt_drain(&in, &err) == VV_OK;
			break;
		}
		vv_pkt_next(&in);
	}
	vv_pkt_in_clear(&in);
	(void)close(fd);
	put_again(&bytes);
	vv_buf_clear(&bytes);
	return 0;
}
