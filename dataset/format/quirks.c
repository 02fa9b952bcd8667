/*
 * quirks: the bytes of quirks; the only reader of them.
 */
#include "dataset/format/quirks.h"

#include <stdbool.h>

#include "base/buf.h"

void vv_quirks_init(vv_quirks *q, const void *bytes, size_t len)
{
	*q = (vv_quirks){.p = bytes, .end = len > 0 ? (const uint8_t *)bytes + len : bytes};
}

int vv_quirks_next(vv_quirks *q, vv_quirk *out, vv_error *err)
{
	uint64_t delta, len;
	if (q->p == q->end) return 0;
	if (!vv_varint_read(&q->p, q->end, &delta) || q->p == q->end || delta > (uint64_t)1 << 40 ||
	    (q->started && delta == 0) || *q->p > VV_QUIRK_CR) {
		return vv_fail(err, VV_ECORRUPT,
			       "the exceptions of a row group (rows that are "
			       "written differently) are damaged");
	}
	q->row += delta;
	q->started = 1;
	*out = (vv_quirk){.row = q->row, .kind = (vv_quirk_kind)*q->p++};
	if (out->kind == VV_QUIRK_RAW) {
		if (!vv_varint_read(&q->p, q->end, &len) || len > (uint64_t)(q->end - q->p)) {
			return vv_fail(err, VV_ECORRUPT,
				       "the exceptions of a row group (rows that are written "
				       "differently) are damaged");
		}
		out->raw = (const char *)q->p;
		out->raw_len = (size_t)len;
		q->p += len;
	}
	return 1;
}
