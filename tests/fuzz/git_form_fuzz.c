/*
 * The first byte chooses a kind of Git object, the rest are its bytes. An accepted
 * tree is read again in the plainest way: no name may occur twice, leave the tree, or be out
 * of order, and every entry but a submodule must have been reported as a link.
 */
#include <stdlib.h>
#include <string.h>

#include "repo/git/objects/object_form.h"
#include "tests/fuzz/fuzz.h"

#define ENTRIES_MAX 256u

typedef struct entry {
	const char *name;
	size_t len;
	bool tree, submodule;
	const uint8_t *id;
} entry;

typedef struct told {
	git_oid ids[ENTRIES_MAX];
	size_t count;
} told;

static void require(bool holds)
{
	if (!holds) {
		abort();
	}
}

static vv_status on_link(void *payload, const git_oid *id, vv_error *err)
{
	told *t = payload;

	(void)err;
	if (t->count < ENTRIES_MAX) {
		t->ids[t->count] = *id;
	}
	t->count++;
	return VV_OK;
}

static bool is(const entry *e, const char *word)
{
	return e->len == strlen(word) && memcmp(e->name, word, e->len) == 0;
}

/* Git's order: a folder as if its name ended with '/'. */
static bool comes_before(const entry *a, const entry *b)
{
	size_t i;

	for (i = 0;; i++) {
		int x = i < a->len ? (unsigned char)a->name[i] : i == a->len && a->tree ? '/' : 0;
		int y = i < b->len ? (unsigned char)b->name[i] : i == b->len && b->tree ? '/' : 0;

		if (x != y || x == 0) return x < y;
	}
}

static size_t split(const uint8_t *p, const uint8_t *end, entry *out)
{
	size_t count = 0;

	while (p < end && count < ENTRIES_MAX) {
		const uint8_t *space = memchr(p, ' ', (size_t)(end - p)), *nul;
		unsigned long mode;

		require(space != NULL);
		nul = memchr(space, 0, (size_t)(end - space));
		require(nul && end - nul > 20);
		mode = strtoul((const char *)p, NULL, 8);
		out[count].name = (const char *)space + 1;
		out[count].len = (size_t)(nul - space - 1);
		out[count].tree = (mode & 0170000) == 0040000;
		out[count].submodule = (mode & 0170000) == 0160000;
		out[count].id = nul + 1;
		count++;
		p = nul + 21;
	}
	return count;
}

static void check_tree(const uint8_t *data, size_t size, const told *t)
{
	entry all[ENTRIES_MAX];
	size_t count = split(data, data + size, all), i, k, links = 0;

	for (i = 0; i < count; i++) {
		require(all[i].len > 0 && !memchr(all[i].name, '/', all[i].len));
		require(!is(&all[i], ".") && !is(&all[i], "..") && !is(&all[i], ".git") &&
			!is(&all[i], ".GIT") && !is(&all[i], "git~1"));
		require(i == 0 || comes_before(&all[i - 1], &all[i]));
		for (k = 0; k < i; k++) {
			require(all[k].len != all[i].len ||
				memcmp(all[k].name, all[i].name, all[i].len) != 0);
		}
		if (!all[i].submodule) {
			require(links < t->count && memcmp(t->ids[links].id, all[i].id, 20) == 0);
			links++;
		}
	}
	require(count == ENTRIES_MAX || links == t->count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static told t;
	git_oid id;
	vv_git_type type;
	vv_error err;
	vv_status rc;

	if (size == 0) return 0;
	t.count = 0;
	memset(&id, 7, sizeof id);
	type = (vv_git_type)(data[0] % 6);
	rc = vv_git_form_check(type, &id, data + 1, size - 1, on_link, &t, &err);
	if (rc == VV_OK) {
		require(type >= VV_GIT_COMMIT && type <= VV_GIT_TAG);
		if (type == VV_GIT_TREE) {
			check_tree(data + 1, size - 1, &t);
		}
	} else {
		require(rc == VV_ECORRUPT && err.code == rc && err.message[0] != '\0');
	}
	return 0;
}
