/*
 * package_fit: compares a package's declarations with a root, as far as the two must agree.
 */
#include "dataset/table/package_fit.h"

#include <string.h>

#include "base/sys.h"
#include "dataset/format/dialect.h"
#include "dataset/format/form.h"
#include "dataset/read/encoding.h"
#include "dataset/schema/package.h"
#include "dataset/table/root.h"
#include "dataset/table/table.h"

vv_status vv_package_fit_schema(vv_buf *out, const vv_table *t, const vv_schema *package,
				const vv_package_resource *res, vv_error *err)
{
	vv_auto_free vv_new_field *fields = NULL;
	bool same = package->count == t->schema.count;

	for (size_t i = 0; same && i < package->count; i++) {
		same = package->fields[i].name_len == t->schema.fields[i].name_len &&
		       memcmp(package->fields[i].name, t->schema.fields[i].name,
			      package->fields[i].name_len) == 0;
	}
	if (same) {
		vv_buf_put(out, res->schema.data, res->schema.len);
		return vv_buf_ok(out, err);
	}
	if (!(fields = vv_calloc(t->schema.count + 1, sizeof(*fields)))) return vv_fail_nomem(err);
	for (size_t i = 0; i < t->schema.count; i++) {
		fields[i] = vv_new_field_like(&t->schema.fields[i]);
	}
	return vv_schema_refit(out, package, fields, t->schema.count, err);
}

static bool same_key(const vv_root *root, const vv_schema *package)
{
	return (root->key_count == 0 || root->key_source == VV_KEY_PACKAGE) &&
	       vv_root_names_equal(root->key, root->key_count,
				   (char *const *)(uintptr_t)package->primary_key,
				   package->primary_key_count);
}

static bool other_encoding(const vv_dialect *d, const char *declared)
{
	char name[VV_ENCODING_MAX];
	const char *mark = strcmp(d->encoding, "UTF-16BE") == 0 ? "\xfe\xff" : "\xff\xfe";

	return declared && (vv_encoding_find(name, declared, mark, 2, VV_IGNORED) < 0 ||
			    strcmp(name, d->encoding) != 0);
}

bool vv_package_other_dialect(const vv_root *root, const vv_sniff_hints *h)
{
	const vv_dialect *d = &root->dialect;

	return other_encoding(d, h->encoding) || (h->has_form && h->form != d->form) ||
	       (vv_form_is_document(d->form) && h->records && d->lead < d->prologue.len &&
		!vv_json_records_is(d->prologue.data, d->lead, h->records)) ||
	       (!vv_form_is_typed(d->form) &&
		((h->delimiter >= 0 && h->delimiter != d->delimiter) ||
		 (h->quote >= 0 && h->quote != d->quote) ||
		 (h->escape >= 0 && h->escape != d->escape) ||
		 (h->header >= 0 && (h->header != 0) != d->header) ||
		 (h->comment >= 0 && (h->comment != d->comment || vv_dialect_full_are_rows(d))) ||
		 (h->spaces >= 0 && (h->spaces != 0) != (d->spaces != VV_SPACES_KEPT)) ||
		 (h->header_rows > 0 && d->header && h->header_rows != d->header_more + 1) ||
		 (h->header_join && d->header_more > 0 &&
		  strcmp(h->header_join, d->header_join) != 0) ||
		 (h->skip >= 0 && (size_t)h->skip != vv_dialect_lead_lines(d))));
}

bool vv_package_same_schema(const vv_root *root, const vv_buf *schema, const vv_schema *key)
{
	return schema->len == root->schema.len &&
	       memcmp(schema->data, root->schema.data, schema->len) == 0 &&
	       (!key || same_key(root, key));
}

vv_status vv_package_fits(bool *out, const vv_table *t, const vv_package_resource *res,
			  vv_error *err)
{
	vv_auto(vv_schema) package = {0};
	vv_auto(vv_buf) schema = VV_BUF_INIT;
	vv_status rc;

	*out = !vv_package_other_dialect(&t->root, &res->hints);
	if (!*out || res->schema.len == 0) return VV_OK;
	if ((rc = vv_schema_read(&package, res->schema.data, res->schema.len, res->package_path,
				 err)) == VV_OK &&
	    (rc = vv_package_fit_schema(&schema, t, &package, res, err)) == VV_OK) {
		*out = vv_package_same_schema(&t->root, &schema, res->has_key ? &package : NULL);
	}
	return rc;
}
