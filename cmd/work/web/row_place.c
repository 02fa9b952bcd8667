/*
 * row_place: knows what is said of a key that no row has.
 */
#include "cmd/work/web/row_place.h"

#include "base/text.h"
#include "cmd/work/view/kept_keys.h"
#include "cmd/work/view/key_place.h"

static vv_status is_over(void *payload, bool *over, vv_error *err)
{
	return vv_web_over(payload, over, err);
}

static vv_key_place place_of(vv_web_visit *v, const vv_web_table *t, const char *key)
{
	return (vv_key_place){.table = t->table,
			      .key = t->key,
			      .key_count = t->key_count,
			      .text = key,
			      .over = is_over,
			      .payload = v};
}

#define MAKE_MAX                                                                                   \
	((uint64_t)256 << 20) /* bytes of a table whose keys are read well within a visit's time */

/* With what checks keep of the table's keys. */
static vv_status find(vv_web_visit *v, const vv_web_table *t, vv_key_place *p, uint64_t *out,
		      bool *found, bool *whole, vv_error *err)
{
	bool make = !p->quick && t->table->root.bytes <= MAKE_MAX;
	vv_kept_keys keys;
	vv_status rc = vv_kept_keys_open(&keys, v->repo, t->path, make, err);

	if (rc == VV_OK) {
		keys.lookup.pool = make ? vv_dataset_reader_pool(v->reader) : NULL;
		p->keys = &keys.lookup;
		rc = vv_key_place_find(p, out, found, whole, err);
	}
	vv_kept_keys_close(&keys);
	return rc;
}

vv_status vv_web_row_place(vv_web_visit *v, const vv_web_table *t, const char *key, uint64_t *out,
			   vv_error *err)
{
	vv_key_place p = place_of(v, t, key);
	bool found, whole;
	vv_status rc;

	if (t->key_count == 0) {
		vv_fail(err, VV_EUSAGE, "'%s' has no key by which a row could be found",
			vv_text_shows(t->path));
		return vv_hint(err, "a row's number finds it");
	}
	rc = find(v, t, &p, out, &found, &whole, err);
	if (rc < 0 || found) {
		return rc;
	}
	return vv_fail(err, VV_ENOTFOUND,
		       whole ? "no row has the key '%s'"
			     : "the time was over before a row with the key '%s' was found",
		       vv_text_shows(key));
}

vv_status vv_web_row_quick(vv_web_visit *v, const vv_web_table *t, const char *key, uint64_t *out,
			   bool *found, vv_error *err)
{
	vv_key_place p = place_of(v, t, key);
	bool whole;

	p.quick = true;
	return find(v, t, &p, out, found, &whole, err);
}
