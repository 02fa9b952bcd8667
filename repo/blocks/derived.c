/*
 * derived: the frame around a cache's content.
 */
#include "repo/blocks/derived.h"

#include <fcntl.h>
#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/sys.h"

vv_status vv_derived_read(vv_buf *out, const char *file, const char *mark, uint64_t secret,
			  size_t max, vv_error *err)
{
	vv_status rc = vv_read_file(out, file, max, VV_IGNORED);
	uint8_t *p = (uint8_t *)out->data;

	if (rc == VV_OK && out->len >= VV_DERIVED_FRAME && memcmp(p, mark, VV_DERIVED_MARK) == 0 &&
	    vv_xxh3(p, out->len - 8, secret) == vv_get_le64(p + out->len - 8)) {
		out->len -= VV_DERIVED_FRAME;
		memmove(p, p + VV_DERIVED_MARK, out->len);
		p[out->len] = '\0'; /* as buffers have it */
		return VV_OK;
	}
	vv_buf_reset(out);
	return rc == VV_ENOMEM ? vv_fail_nomem(err) : VV_OK;
}

void vv_derived_begin(vv_buf *out, const char *mark)
{
	vv_buf_put(out, mark, VV_DERIVED_MARK);
}

static vv_status end(vv_buf *begun, const char *file, uint64_t secret, vv_error *err)
{
	uint8_t sum[8];
	vv_status rc = vv_buf_ok(begun, err);

	if (rc < 0) return rc;
	vv_put_le64(sum, vv_xxh3(begun->data, begun->len, secret));
	vv_buf_put(begun, sum, sizeof(sum));
	rc = vv_buf_ok(begun, err);
	return rc < 0 ? rc : vv_mkdirs_above(file, err);
}

vv_status vv_derived_write(vv_buf *begun, const char *file, uint64_t secret, vv_error *err)
{
	vv_status rc = end(begun, file, secret, err);

	return rc < 0 ? rc : vv_write_file(file, begun->data, begun->len, false, err);
}

vv_status vv_derived_write_over(vv_buf *begun, const char *file, uint64_t secret, vv_error *err)
{
	vv_status rc = end(begun, file, secret, err);
	int fd;

	if (rc < 0) return rc;
	if ((fd = vv_open(file, O_WRONLY | O_CREAT | O_TRUNC, 0666, VV_IGNORED)) < 0) {
		/* perhaps it is another user's */
		return vv_write_file(file, begun->data, begun->len, false, err);
	}
	rc = vv_write_full(fd, begun->data, begun->len, file, err);
	vv_status closed = vv_close(fd, file, rc < 0 ? NULL : err);
	return rc < 0 ? rc : closed;
}
