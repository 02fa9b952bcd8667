/*
 * Reads the input as datapackage.json (and as the schema and dialect beside it) and
 * edits it: the result of each edit must be readable, with the change.
 */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "dataset/schema/package.h"
#include "dataset/schema/schema.h"
#include "tests/fuzz/fuzz.h"

typedef struct input {
	const char *text;
	size_t len;
} input;

static void require(bool holds)
{
	if (!holds) {
		abort();
	}
}

static vv_status read_input(void *payload, const char *path, vv_buf *out, vv_error *err)
{
	const input *in = payload;

	require(path[0] != '/' && strncmp(path, "../", 3) != 0 && !strstr(path, "/../"));
	vv_buf_put(out, in->text, in->len);
	return vv_buf_ok(out, err);
}

static void check_found(input *in)
{
	vv_package_resource r;
	vv_schema s;
	vv_error err;
	vv_status rc = vv_package_find(&r, "x.csv", read_input, in, &err);

	require(rc == VV_OK || ((rc == VV_ENOTFOUND || rc == VV_EINPUT) && err.message[0] != '\0'));
	if (rc == VV_OK && r.schema.len > 0) {
		require(vv_schema_read(&s, r.schema.data, r.schema.len, "schema", &err) == VV_OK);
		require(r.has_key == (s.primary_key_count > 0));
		vv_schema_clear(&s);
	}
	vv_package_resource_clear(&r);
}

static void check_paths(const input *in)
{
	char **paths;
	size_t count;
	vv_error err;

	if (vv_package_paths(&paths, &count, "a/datapackage.json", in->text, in->len, &err) ==
	    VV_OK) {
		for (size_t i = 0; i < count; i++) {
			require(strncmp(paths[i], "a/", 2) == 0 && paths[i][2] != '\0' &&
				paths[i][2] != '/');
		}
		vv_names_free(paths, count);
	}
}

static void check_edit(const input *in)
{
	static const char *const key[] = {"b", NULL}, *const missing[] = {"-", NULL};
	vv_package_edit edit = {
		.path = "x.csv",
		.package_path = "datapackage.json",
		.set_column = "a",
		.set_type = "any",
		.key = key,
		.missing = missing,
		.rename_from = "a",
		.rename_to = "c",
		.schema = "{\"fields\":[{\"name\":\"a\",\"type\":\"date\"},{\"name\":\"b\"}]}"};
	vv_buf out = VV_BUF_INIT;
	vv_package_resource r;
	vv_schema s;
	vv_error err;
	input edited;

	if (vv_package_apply(&out, in->text, in->len, &edit, &err) == VV_OK) {
		edited = (input){out.data, out.len};
		/* the dialect may still be one that cannot be honoured */
		if (vv_package_find(&r, "x.csv", read_input, &edited, &err) == VV_OK) {
			require(vv_schema_read(&s, r.schema.data, r.schema.len, "schema", &err) ==
				VV_OK);
			require(vv_schema_find(&s, "c", 1) >= 0);
			require(s.fields[vv_schema_find(&s, "c", 1)].type == VV_TYPE_ANY);
			require(s.primary_key_count == 1 && strcmp(s.primary_key[0], "b") == 0);
			vv_schema_clear(&s);
		} else {
			require(err.code == VV_EINPUT);
		}
		vv_package_resource_clear(&r);
	}
	vv_buf_clear(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	input in = {(const char *)data, size};

	if (size <= 4096) {
		check_found(&in);
		check_paths(&in);
		check_edit(&in);
	}
	return 0;
}
