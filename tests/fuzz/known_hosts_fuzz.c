/*
 * Reads the input as a known_hosts file for a host, with and without a port, and looks up
 * every key in it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/codec.h"
#include "tests/fuzz/fuzz.h"
#include "transport/line/known_hosts.h"

/* A key in a line for the host can only be known or revoked, or be in another host's line. */
static void ask_all(const vv_known_hosts *k, const char *text, size_t size)
{
	const char *end = text + size;

	for (const char *p = text; p < end;) {
		const char *stop = p;
		vv_buf key = VV_BUF_INIT;
		unsigned line;
		const char *file;

		while (stop < end && *stop != ' ' && *stop != '\n' && *stop != '\t') {
			stop++;
		}
		if (vv_base64_read(&key, p, (size_t)(stop - p)) && key.len > 0) {
			vv_known known = vv_known_hosts_check(k, key.data, key.len, &file, &line);

			if ((known == VV_KNOWN_NOT) != (file == NULL) ||
			    (known != VV_KNOWN_NOT && line == 0)) {
				abort();
			}
		}
		vv_buf_clear(&key);
		p = stop < end ? stop + 1 : end;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned ports[] = {22, 2222};

	for (size_t i = 0; i < 2; i++) {
		vv_known_hosts *k = vv_known_hosts_new("host", ports[i]);
		vv_error err;
		vv_status rc;

		if (!k) {
			abort();
		}
		rc = vv_known_hosts_text(k, (const char *)data, size, "f", &err);
		if (rc != VV_OK && rc != VV_EREFUSED) {
			abort();
		}
		ask_all(k, (const char *)data, size);
		(void)vv_known_hosts_has(k, "ssh-ed25519");
		(void)vv_known_hosts_has_authority(k);
		vv_known_hosts_free(k);
	}
	return 0;
}
