/*
 * git_wants: each line begins with its length, in four hex digits; 0000 to 0003 are marks.
 */
#include "transport/server/git_wants.h"

#include <string.h>

#include "base/codec.h"

#define WORD "want "
#define WORD_LEN (sizeof(WORD) - 1)
#define LENGTH_LEN 4u

vv_status vv_git_wants_read(vv_oids *out, const char *body, size_t len, vv_error *err)
{
	for (size_t at = 0; at < len;) {
		const char *line = body + at;
		uint8_t bytes[2];
		vv_status rc;
		vv_oid id;

		if (len - at < LENGTH_LEN || !vv_hex_read(bytes, 2, line)) {
			return vv_fail(err, VV_EINPUT, "the request is not one of git");
		}
		const size_t size = (size_t)bytes[0] << 8 | bytes[1];
		if (size > len - at) {
			return vv_fail(err, VV_EINPUT, "the request of git is truncated");
		}
		at += size < LENGTH_LEN ? LENGTH_LEN : size;
		if (size < LENGTH_LEN + WORD_LEN ||
		    memcmp(line + LENGTH_LEN, WORD, WORD_LEN) != 0) {
			continue;
		}
		if (size < LENGTH_LEN + WORD_LEN + VV_OID_TEXT ||
		    !vv_oid_parse(&id, line + LENGTH_LEN + WORD_LEN, VV_OID_TEXT)) {
			return vv_fail(err, VV_EINPUT, "the request of git wants no valid id");
		}
		if ((rc = vv_oids_add(out, &id, err)) < 0) return rc;
	}
	return VV_OK;
}
