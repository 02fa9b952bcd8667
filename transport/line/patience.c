/*
 * patience: limits for slow lines, and their messages.
 */
#include "transport/line/patience.h"

#include "base/show.h"

vv_patience vv_patience_of(const vv_connect_options *o)
{
	return (vv_patience){.max_ms = (uint64_t)vv_idle_sec(o) * 1000,
			     .bytes_per_sec = VV_PACE_DEFAULT};
}

vv_status vv_patience_fail(const vv_patience *p, const char *name, vv_error *err)
{
	return vv_fail(err, VV_ESILENT,
		       "'%s' sent or accepted only %s in %s\ntry again, or wait longer with "
		       "--timeout SECONDS: the connection or the other side is too slow",
		       name, vv_text_bytes(p->bytes),
		       vv_text_counted(p->waited_ms / 1000, "second", NULL));
}
