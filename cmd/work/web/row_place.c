/*
 * row_place: knows what is said of a key that no row has.
 */
#include "cmd/work/web/row_place.h"

#include "base/text.h"
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

vv_status vv_web_row_place(vv_web_visit *v, const vv_web_table *t, const char *key, uint64_t *out,
			   vv_error *err)
{
	const vv_key_place p = place_of(v, t, key);
	bool found, whole;
	vv_status rc;

	if (t->key_count == 0) {
		vv_fail(err, VV_EUSAGE, "'%s' has no key by which a row could be found",
			vv_text_shows(t->path));
		return vv_hint(err, "a row's number finds it");
	}
	rc = vv_key_place_find(&p, out, &found, &whole, err);
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
	return vv_key_place_find(&p, out, found, &whole, err);
}
