/*
 * auto_gc: when a gc is worth it.
 */
#include "lib/space/auto_gc.h"

#include <string.h>

#include "base/path.h"
#include "base/sys.h"

#define GAIN_BYTES ((uint64_t)16 << 20) /* less is not worth a process */
#define RETRY_SECONDS 86400

void vv_auto_gc_clear(vv_auto_gc *gc)
{
	vv_free(gc->log);
	memset(gc, 0, sizeof(*gc));
}

static vv_status read_settings(vv_auto_gc *out, vv_repository *r, vv_error *err)
{
	uint64_t automatic;
	vv_status rc;

	if ((rc = vv_config_u64(r, "gc.auto", 1, &automatic, err)) < 0 ||
	    (rc = vv_config_bool(r, "gc.autodetach", true, &out->detach, err)) < 0) {
		return rc;
	}
	out->off = automatic == 0 ? "gc.auto is 0" : NULL;
	return VV_OK;
}

/* Has much been set aside for longer than the time of grace? */
static vv_status has_expired(vv_repository *r, const vv_store_stats *stats, int64_t now, bool *out,
			     vv_error *err)
{
	uint64_t grace;
	vv_status rc = vv_gc_grace(r, &grace, err);

	*out = rc == VV_OK && stats->old_bytes > GAIN_BYTES && stats->old_since < now &&
	       (uint64_t)now - (uint64_t)stats->old_since >= grace;
	return rc;
}

vv_status vv_auto_gc_look(vv_auto_gc *out, vv_repository *r, vv_error *err)
{
	vv_store *store;
	vv_store_stats stats;
	vv_gc_memory memory;
	bool expired;
	vv_status rc;

	memset(out, 0, sizeof(*out));
	const int64_t now = vv_now_sec();
	if ((rc = read_settings(out, r, err)) < 0 ||
	    (rc = vv_repository_store(r, &store, err)) < 0 ||
	    (rc = vv_store_stats_get(store, &stats, err)) < 0 ||
	    (rc = has_expired(r, &stats, now, &expired, err)) < 0) {
		return rc;
	}
	out->bytes = stats.pack_bytes + stats.index_bytes;
	vv_gc_memory_read(&memory, r);
	if (!memory.known) {
		memory.known = true;
		memory.bytes = out->bytes;
		if (stats.packs > 0) {
			vv_gc_memory_write(&memory, r);
		}
	}
	out->limit = memory.bytes > UINT64_MAX / 4 ? UINT64_MAX : 2 * memory.bytes + GAIN_BYTES;
	out->wanted = !out->off && (out->bytes > out->limit || expired);
	if (out->wanted && memory.failed <= now && now - memory.failed < RETRY_SECONDS) {
		out->failed = true;
		out->wanted = false;
	}
	out->log = vv_path_join(vv_repository_varvedir(r), "gc.log", (char *)NULL);
	return out->log ? VV_OK : vv_fail_nomem(err);
}
