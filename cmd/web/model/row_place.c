/*
 * row_place: words the answer for a key without a row.
 */
#include "cmd/web/model/row_place.h"

#include "base/array.h"
#include "base/buf.h"
#include "base/text.h"
#include "dataset/table/table.h"
#include "lib/view/kept_keys.h"
#include "lib/view/key_place.h"

static vv_status is_over(void *payload, bool *over, vv_error *err)
{
	return vv_web_over(payload, over, err);
}

#define MAKE_MAX                                                                                   \
	((uint64_t)256 << 20) /* bytes of a table whose keys are read well within a visit's time */

/* With what checks keep of the table's keys. */
static vv_status find_row(vv_web_visit *v, const vv_web_table *t, vv_key_place *p, uint64_t *out,
			  bool *found, bool *whole, vv_error *err)
{
	bool make = !p->quick && t->table->root.bytes <= MAKE_MAX;
	vv_auto(vv_kept_keys) keys = {0};
	vv_status rc = vv_kept_keys_open(&keys, v->repo, t->path, make, err);

	if (rc == VV_OK) {
		keys.lookup.pool = make ? vv_dataset_reader_pool(v->reader) : NULL;
		p->keys = &keys.lookup;
		rc = vv_key_place_find(p, out, found, whole, err);
	}
	return rc;
}

/* "Symbol", "country,year" */
static void put_key_names(vv_buf *out, const vv_web_table *t)
{
	vv_array_each(t->key, t->key_count, at) {
		vv_buf_printf(out, "%s%s", at > t->key ? "," : "",
			      vv_text_shows(t->columns[*at].name));
	}
}

vv_status vv_web_key_hint(const vv_web_table *t, vv_error *err)
{
	vv_auto(vv_buf) names = VV_BUF_INIT;

	put_key_names(&names, t);
	if (t->key_count > 0) {
		vv_hint(err, "give a value of %s as the key; a search finds values of all columns",
			vv_buf_cstr(&names));
	}
	return err->code;
}

vv_status vv_web_row_named(const vv_web_table *t, const char *key, bool has_number, vv_error *err)
{
	vv_auto(vv_buf) names = VV_BUF_INIT;

	if (key || has_number || t->kind != VV_WEB_TABLE) return VV_OK;
	put_key_names(&names, t);
	vv_fail(err, VV_EUSAGE, "the address does not name a row of '%s'", vv_text_shows(t->path));
	if (t->key_count > 0) {
		vv_hint(err,
			"name its key (%s), as in ?key=VALUE, or its number, counted from 0, as in ?row=0",
			vv_buf_cstr(&names));
	} else {
		vv_hint(err, "name its number, counted from 0, as in ?row=0: the table has no key");
	}
	return err->code;
}

vv_status vv_web_row_place(vv_web_visit *v, const vv_web_table *t, const char *key, uint64_t *out,
			   vv_error *err)
{
	vv_key_place p = {.table = t->table,
			  .key = t->key,
			  .key_count = t->key_count,
			  .text = key,
			  .over = is_over,
			  .payload = v};
	bool found, whole;

	if (t->key_count == 0) {
		return vv_fail(
			err, VV_EUSAGE,
			"'%s' has no key, so a row cannot be found by it\nuse the number of the row, counted from 0: row=0",
			vv_text_shows(t->path));
	}
	vv_status rc = find_row(v, t, &p, out, &found, &whole, err);
	if (rc < 0 || found) return rc;
	vv_fail(err, VV_ENOTFOUND,
		whole ? "no row of '%s' has the key '%s'"
		      : "'%s': the time limit was reached before a row with the key '%s' was found",
		vv_text_shows(t->path), vv_text_shows(key));
	return vv_web_key_hint(t, err);
}
