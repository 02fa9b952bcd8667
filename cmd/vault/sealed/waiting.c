/*
 * waiting: the file: "SECONDS last", when it was written, then "SECONDS CID" for each thing.
 */
#include "cmd/vault/sealed/waiting.h"

#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/blocks/cid_map.h"

#define STEP_MAX (UINT64_C(7) * 86400)
#define JUMP (UINT64_C(366) * 86400) /* a clock that was put right, or wrong */
#define FILE_MAX (1u << 26)

typedef struct thing {
	uint64_t sec;
	bool seen;
} thing;

struct vv_waiting {
	char *path;
	uint64_t now;
	thing *things; /* in the order of by_cid */
	size_t cap;
	vv_cid_map *by_cid;
	bool written; /* there was a file */
};

static vv_status add_thing(vv_waiting *w, const vv_cid *cid, uint64_t sec, bool seen, vv_error *err)
{
	const size_t count = vv_cid_map_count(w->by_cid);
	bool added;
	vv_status rc;

	if (!vv_array_room(w->things, count, w->cap)) return vv_fail_nomem(err);
	if ((rc = vv_cid_map_put(w->by_cid, cid, count, &added, err)) == VV_OK && added) {
		w->things[count] = (thing){.sec = sec, .seen = seen};
	}
	return rc;
}

static vv_status read_text(vv_waiting *w, const char *text, vv_error *err)
{
	uint64_t sec, last = w->now;
	vv_cid cid;
	vv_status rc = VV_OK;

	for (vv_line l = {.rest = text}; rc == VV_OK && vv_line_next(&l);) {
		const size_t digits = strspn(l.text, "0123456789");
		if (vv_parse_u64(&sec, l.text, digits) && digits + 1 < l.len) {
			if (strncmp(l.text + digits, " last", l.len - digits) == 0) {
				last = sec;
			} else if (vv_cid_parse(&cid, l.text + digits + 1, l.len - digits - 1,
						VV_IGNORED) == VV_OK) {
				rc = add_thing(w, &cid, sec, false, err);
			}
		}
	}
	uint64_t step = w->now > last && w->now - last < JUMP ? w->now - last : 0;
	vv_array_each(w->things, vv_cid_map_count(w->by_cid), one) {
		one->sec += step < STEP_MAX ? step : STEP_MAX;
	}
	return rc;
}

vv_status vv_waiting_open(vv_waiting **out, const char *path, uint64_t now, vv_error *err)
{
	vv_waiting *w = vv_calloc(1, sizeof(*w));
	vv_auto(vv_buf) text = VV_BUF_INIT;

	*out = w;
	if (!w || !(w->path = vv_strdup(path)) || !(w->by_cid = vv_cid_map_new())) {
		return vv_fail_nomem(err);
	}
	w->now = now;
	w->written = vv_exists(w->path);
	if (w->written && vv_read_regular(&text, w->path, FILE_MAX, VV_IGNORED) < 0) {
		vv_buf_reset(&text);
	}
	return read_text(w, vv_buf_cstr(&text), err);
}

void vv_waiting_close(vv_waiting *w)
{
	if (w) {
		vv_free_all(w->path, w->things);
		vv_cid_map_free(w->by_cid);
		vv_free(w);
	}
}

vv_status vv_waiting_see(vv_waiting *w, const vv_cid *cid, uint64_t *sec, vv_error *err)
{
	uint64_t at;
	vv_status rc = add_thing(w, cid, 0, true, err);

	if (rc == VV_OK && vv_cid_map_get(w->by_cid, cid, &at)) {
		w->things[at].seen = true;
		if (sec) {
			*sec = w->things[at].sec;
		}
	}
	return rc;
}

vv_status vv_waiting_write(const vv_waiting *w, vv_error *err)
{
	size_t count = 0;
	vv_auto(vv_buf) text = VV_BUF_INIT;

	vv_buf_printf(&text, "%llu last\n", (unsigned long long)w->now);
	for (size_t i = 0; i < vv_cid_map_count(w->by_cid); i++) {
		if (w->things[i].seen) {
			vv_buf_printf(&text, "%llu %s\n", (unsigned long long)w->things[i].sec,
				      vv_cid_shows(vv_cid_map_cid(w->by_cid, i)));
			count++;
		}
	}
	vv_status rc = vv_buf_ok(&text, err);
	if (rc == VV_OK && (count > 0 || w->written)) {
		rc = vv_write_file(w->path, text.data, text.len, true, err);
	}
	return rc;
}
