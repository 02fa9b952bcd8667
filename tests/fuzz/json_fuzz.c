/*
 * Reads the input as a document and as rows, and checks the invariants of all
 * accepted input.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json/json.h"
#include "base/json/json_records.h"
#include "base/text.h"
#include "tests/fuzz/fuzz.h"

static void require(bool holds)
{
	if (!holds) {
		abort();
	}
}

/* Every place is in the source, in order and inside of its parent's. */
static void check_places(const vv_json *root, size_t len)
{
	const vv_json *n = root;

	while (n) {
		require(n->start < n->end && n->end <= len);
		require(!n->parent || (n->start >= n->parent->start && n->end <= n->parent->end));
		require(!n->next || n->end <= n->next->start);
		require(!n->name || n->name_start < n->start);
		if (n->first) {
			n = n->first;
			continue;
		}
		while (n && !n->next) {
			n = n->parent;
		}
		n = n ? n->next : NULL;
	}
}

/* The value is written compactly; reading that and writing it again must
 * result in the same text. */
static void check_document(const char *text, size_t len)
{
	vv_arena arena = VV_ARENA_INIT;
	vv_buf first = VV_BUF_INIT, second = VV_BUF_INIT;
	vv_json *root = NULL, *again = NULL;
	vv_error err;

	if (vv_json_read(&root, &arena, text, len, "input", &err) == VV_OK) {
		check_places(root, len);
		vv_json_put_node(&first, root);
		require(vv_utf8_valid(vv_buf_cstr(&first), first.len));
		require(vv_json_read(&again, &arena, first.data, first.len, "copy", &err) == VV_OK);
		vv_json_put_node(&second, again);
		require(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
	}
	vv_buf_clear(&first);
	vv_buf_clear(&second);
	vv_arena_clear(&arena);
}

typedef struct row {
	const char *bytes;
	size_t len;
	size_t members;
	size_t last_end;
} row;

static vv_status check_member(void *payload, const vv_json_member *m, vv_error *err)
{
	row *r = payload;
	size_t start = (size_t)(m->raw - r->bytes);

	(void)err;
	require(m->raw >= r->bytes + r->last_end && m->raw_len > 0);
	require(start + m->raw_len <= r->len);
	require(m->text == NULL || vv_utf8_valid(m->text, m->text_len));
	require(vv_utf8_valid(m->name, m->name_len));
	r->last_end = start + m->raw_len;
	r->members++;
	return VV_OK;
}

/* Where the row parser and the document parser both accept, they agree. */
static void check_rows(const char *text, size_t len)
{
	vv_json_rows *rows = vv_json_rows_new();
	vv_arena arena = VV_ARENA_INIT;
	size_t at = 0, used;
	vv_json *root;
	vv_error err;

	require(rows != NULL);
	while (at < len) {
		row r = {text + at, len - at, 0, 0};
		vv_status rc = vv_json_rows_object(rows, &used, r.bytes, r.len, false, check_member,
						   &r, &err);

		require(used <= r.len);
		if (rc == VV_OK) {
			require(used >= 2 && r.bytes[used - 1] == '}');
			if (vv_json_read(&root, &arena, r.bytes, used, "row", &err) == VV_OK) {
				require(root->type == VV_JSON_OBJECT && root->count == r.members);
			}
			vv_arena_reset(&arena);
			at += used;
		} else {
			at++;
		}
	}
	vv_arena_clear(&arena);
	vv_json_rows_free(rows);
}

/* An array that is found is at its path, and the document around it is unchanged. */
static void check_records(const char *text, size_t len)
{
	vv_auto(vv_json_records) r = {0}, again = {0};
	vv_buf names = VV_BUF_INIT;
	vv_error err;

	if (vv_json_records_find(&r, text, len, NULL, &err) == VV_OK && r.found) {
		const vv_json_around around = {text, "]}", r.bracket + 1, 2};

		require(r.bracket < len && text[r.bracket] == '[');
		require(vv_json_records_is(text, r.bracket, vv_buf_cstr(&r.path)));
		require(vv_json_records_find(&again, text, len, vv_buf_cstr(&r.path), &err) ==
				VV_OK &&
			again.found && again.bracket <= r.bracket);
		if (vv_json_around_check(&around, "input", &names, &err) == VV_OK) {
			vv_buf_reset(&names);
			require(vv_json_around_change(&names, &around, &around, &err) == VV_OK &&
				names.len == 0);
		}
	}
	vv_buf_clear(&names);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* The rows' restarts at every byte make long inputs slow. */
	if (size <= 4096) {
		check_document((const char *)data, size);
		check_rows((const char *)data, size);
		check_records((const char *)data, size);
	}
	return 0;
}
