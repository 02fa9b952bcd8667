/*
 * csv_record: libcsv without its trimming of blanks and its line ends.
 */
#include "dataset/schema/csv_record.h"

#include <csv.h>
#include <stdint.h>
#include <string.h>

#include "base/array.h"
#include "base/codec.h"
#include "base/sys.h"
#include "base/text.h"

static int is_none(unsigned char c)
{
	(void)c;
	return 0;
}

/* text NULL: empty and not in quotes. Where a value begins in r->text is kept as its length before it. */
static void take_value(void *text, size_t len, void *payload)
{
	vv_csv_record *r = payload;
	const vv_csv_value value = {.len = len, .missing = !text};

	r->text.failed |= !vv_array_add(r->values, r->count, r->cap, value);
	vv_buf_put(&r->text, text ? text : "", text ? len : 0);
	vv_buf_putc(&r->text, '\0');
}

vv_status vv_csv_record_read(vv_csv_record *r, const char *text, size_t len, vv_error *err)
{
	struct csv_parser p;

	vv_buf_reset(&r->text);
	r->count = 0;
	if (csv_init(&p, CSV_STRICT | CSV_STRICT_FINI | CSV_EMPTY_IS_NULL) != 0) {
		return vv_fail_nomem(err);
	}
	csv_set_space_func(&p, is_none);
	csv_set_term_func(&p, is_none);
	bool read = csv_parse(&p, text, len, take_value, NULL, r) == len &&
		    csv_fini(&p, take_value, NULL, r) == 0;
	bool full = csv_error(&p) == CSV_ENOMEM;
	csv_free(&p);
	if (len == 0) {
		take_value(NULL, 0, r); /* for libcsv an empty record is none */
	}
	if (full || r->text.failed) return vv_fail_nomem(err);
	if (!read) {
		return vv_fail(
			err, VV_EUSAGE,
			"'%s' is not a list of values\nenclose a value that has a comma or a quote "
			"in quotes, and write each quote in it twice: a,\"b,c\"",
			vv_text_show(text, len));
	}
	for (size_t i = 0, at = 0; i < r->count; at += r->values[i++].len + 1) {
		r->values[i].text = r->text.data + at;
	}
	return VV_OK;
}

void vv_csv_record_clear(vv_csv_record *r)
{
	vv_free(r->values);
	vv_buf_clear(&r->text);
	*r = (vv_csv_record){0};
}

vv_status vv_csv_names_add(vv_strings *list, const char *text, vv_error *err)
{
	vv_auto(vv_csv_record) r = {0};
	vv_status rc = vv_csv_record_read(&r, text, strlen(text), err);
	const char **items = rc < 0 ? NULL
				    : vv_realloc_array(list->items, list->count + r.count + 1,
						       sizeof(*items));

	if (rc < 0 || !items) return rc < 0 ? rc : vv_fail_nomem(err);
	list->items = items;
	items[list->count] = NULL;
	vv_array_each(r.values, r.count, value) {
		if (value->len == 0) {
			return vv_fail(err, VV_EUSAGE, "an empty column name in '%s'",
				       vv_text_shows(text));
		}
		if (!(items[list->count] = vv_strndup(value->text, value->len))) {
			return vv_fail_nomem(err);
		}
		items[++list->count] = NULL;
	}
	return VV_OK;
}

void vv_csv_names_clear(vv_strings *list)
{
	vv_array_clear(list->items, list->count, it, vv_free((char *)(uintptr_t)*it));
	*list = (vv_strings){NULL, 0};
}

void vv_csv_value_put(vv_buf *out, const char *text, size_t len)
{
	if (len == 0 || vv_array_find(text, len, it, strchr(",\"\r\n", *it) && *it)) {
		vv_doubled_put(out, '"', text, len);
	} else {
		vv_buf_put(out, text, len);
	}
}
