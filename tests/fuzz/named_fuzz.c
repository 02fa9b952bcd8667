/*
 * The answer of a name server, and the TXT record of a repository in it: an accepted record has an owner, a name and mirrors.
 * The output of Avahi: it becomes a few URLs of other machines.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/heads/named.h"
#include "lib/heads/nearby.h"
#include "tests/fuzz/fuzz.h"
#include "transport/line/txt.h"

static void read_record(const char *text)
{
	vv_auto(vv_named) n = {.mirrors = VV_BUF_INIT};
	const char *url = NULL;

	if (vv_named_read(&n, text, VV_IGNORED) < 0) return;
	if (!*n.name || !vv_named_mirror(&n, NULL)) {
		abort();
	}
	while ((url = vv_named_mirror(&n, url))) {
		if (strncmp(url, "http", 4) != 0 && strncmp(url, "relay+http", 10) != 0) {
			abort();
		}
	}
}

static void read_nearby(const char *text, size_t len)
{
	vv_auto(vv_named) n = {.mirrors = VV_BUF_INIT};
	const char *url = NULL;
	size_t count = 0;

	if (vv_nearby_read(&n, text, len, VV_IGNORED) < 0) {
		abort();
	}
	while ((url = vv_named_mirror(&n, url))) {
		if (++count > VV_NEARBY_MAX || strncmp(url, "http://", 7) != 0 ||
		    strpbrk(url + 7, " \"'\\$@?#;")) {
			abort();
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	vv_auto(vv_buf) records = VV_BUF_INIT, text = VV_BUF_INIT;

	if (vv_txt_read(&records, data, size, VV_IGNORED) == VV_OK && records.len > 0) {
		read_record(records.data);
	}
	vv_buf_put(&text, data, size);
	read_record(vv_buf_cstr(&text));
	read_nearby(vv_buf_cstr(&text), text.len);
	return 0;
}
