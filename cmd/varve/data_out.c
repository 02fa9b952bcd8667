/*
 * data_out: how data reaches stdout.
 */
#include "cmd/varve/data_out.h"

#include <string.h>

#include "cmd/frame/output.h"

#define LINE_MAX_BYTES (64u << 10)

void vv_data_out_init(vv_data_out *o, bool raw)
{
	*o = (vv_data_out){.escape = vv_out_is_terminal() && !raw};
}

int vv_data_out_check_binary(const char *what)
{
	return vv_out_is_terminal()
		       ? vv_usage_error("%s cannot be written to a terminal: redirect it to a file "
					"or a program",
					what)
		       : VV_EXIT_OK;
}

void vv_data_out_clear(vv_data_out *o)
{
	vv_buf_clear(&o->carry);
}

/* One line or less, without its line end. Tabs are data and harmless; a backslash is not
 * doubled, as the text is shown, not quoted. */
static void put_line(const char *s, size_t len)
{
	size_t n;

	for (; len > 0; s += n, len -= n) {
		for (n = 0; n < len && s[n] != '\t' && s[n] != '\\'; n++) {
		}
		if (n > 0) {
			vv_out_text(s, n);
		} else {
			vv_out_bytes(s, 1);
			n = 1;
		}
	}
}

vv_status vv_data_out_put(void *payload, const void *bytes, size_t len, vv_error *err)
{
	vv_data_out *o = payload;
	const char *p = bytes, *end;
	size_t start = 0;
	vv_status rc;

	if (!o->escape) {
		vv_out_raw(bytes, len);
		return vv_out_failed() ? vv_fail(err, VV_EIO, "cannot write the output") : VV_OK;
	}
	if (len == 0) return VV_OK;
	vv_buf_put(&o->carry, p, len);
	if ((rc = vv_buf_ok(&o->carry, err)) < 0) return rc;
	while ((end = memchr(o->carry.data + start, '\n', o->carry.len - start)) != NULL) {
		size_t n = (size_t)(end - (o->carry.data + start));
		size_t cr = n > 0 && end[-1] == '\r' ? 1 : 0;

		put_line(o->carry.data + start, n - cr);
		vv_out_bytes("\n", 1);
		start += n + 1;
	}
	if (o->carry.len - start > LINE_MAX_BYTES) {
		put_line(o->carry.data + start, o->carry.len - start);
		start = o->carry.len;
	}
	vv_buf_drop_front(&o->carry, start);
	return vv_out_failed() ? vv_fail(err, VV_EIO, "cannot write the output") : VV_OK;
}

vv_status vv_data_out_end(vv_data_out *o, vv_error *err)
{
	put_line(vv_buf_cstr(&o->carry), o->carry.len);
	vv_buf_clear(&o->carry);
	return vv_out_failed() ? vv_fail(err, VV_EIO, "cannot write the output") : VV_OK;
}
