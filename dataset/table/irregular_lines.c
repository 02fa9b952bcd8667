/*
 * irregular_lines: knows how to find the groups that have irregular lines without reading any rows.
 */
#include "dataset/table/irregular_lines.h"

#include "base/sys.h"
#include "dataset/table/table.h"

struct vv_forms {
	vv_table *table;
	vv_list_reader *data, *layout;
	vv_batch batch; /* only its quirks are used */
	vv_quirks quirks;
	uint64_t first_row, rows; /* of the group at hand */
};

vv_status vv_forms_open(vv_forms **out, vv_table *t, vv_error *err)
{
	vv_forms *f = vv_calloc(1, sizeof(*f));
	vv_status rc;
	*out = NULL;
	if (!f) return vv_fail_nomem(err);
	f->table = t;
	vv_batch_init(&f->batch);
	vv_quirks_init(&f->quirks, NULL, 0);
	if ((rc = vv_list_reader_open(&f->data, VV_LIST_DATA, &t->source, t->root.data.data,
				      t->root.data.len, err)) < 0 ||
	    (rc = vv_list_reader_open(&f->layout, VV_LIST_LAYOUT, &t->source, t->root.layout.data,
				      t->root.layout.len, err)) < 0) {
		vv_forms_close(f);
		return rc;
	}
	*out = f;
	return VV_OK;
}

void vv_forms_close(vv_forms *f)
{
	if (f) {
		vv_list_reader_close(f->data);
		vv_list_reader_close(f->layout);
		vv_batch_clear(&f->batch);
		vv_free(f);
	}
}

/* Goes to the next group's line forms: 1, 0, <0. */
static int next_group(vv_forms *f, vv_error *err)
{
	vv_list_item data, layout;
	int more = vv_list_next(f->data, &data, err);
	if (more <= 0) return more;
	f->first_row = data.before;
	f->rows = data.weight;
	if ((more = vv_list_next(f->layout, &layout, err)) <= 0) {
		return more < 0 ? more
				: (int)vv_fail(err, VV_ECORRUPT,
					       "the layout list is shorter than the data list");
	}
	vv_status rc = table_load_layout(f->table, &f->batch, layout.bytes, layout.len, err);
	if (rc < 0) return (int)rc;
	vv_quirks_init(&f->quirks, f->batch.quirks.data, f->batch.quirks.len);
	return 1;
}

int vv_forms_next(vv_forms *f, vv_quirk *out, vv_error *err)
{
	int more;
	while ((more = vv_quirks_next(&f->quirks, out, err)) == 0) {
		if ((more = next_group(f, err)) <= 0) return more;
	}
	if (more > 0) {
		if (out->row >= f->rows) {
			return (int)vv_fail(
				err, VV_ECORRUPT,
				"line forms (quirks) of rows that the group does not have");
		}
		out->row += f->first_row;
	}
	return more;
}
