/*
 * folder_history: git's packs, and the three lists that its dumb protocol reads.
 *
 * `git update-server-info` writes refs before packs, so that a reader in between finds refs without their objects; its two
 * files are written here, each by a rename. git's pack-objects works in repo.git itself, with the objects of the
 * repository as an alternate, so that its temporary files are on the same disk.
 */
#include "lib/publish/folder_history.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/heads/head.h"
#include "lib/remotes/remote_folder.h"
#include "repo/git/history/commit.h"
#include "repo/git/history/hidden_refs.h"
#include "repo/git/history/revision.h"
#include "repo/git/objects/send.h"
#include "repo/git/run_git.h"

#define PACKS VV_FOLDER_GIT "/objects/pack/"
#define JOIN_BYTES ((uint64_t)256 << 10) /* packs that are shorter together are always one */
#define INDEX_MAX ((size_t)1 << 31)
#define REFS_MAX ((size_t)256 << 20)

void vv_folder_history_clear(vv_folder_history *h)
{
	vv_free(h->before);
}

/* --- the lists ------------------------------------------------------------------------------------ */

static vv_status write_in(const vv_folder_history *h, const char *name, const vv_buf *text,
			  vv_error *err)
{
	vv_auto(char) *path = vv_path_join(h->dir, VV_FOLDER_GIT, name, (char *)NULL);
	vv_status rc = vv_buf_ok(text, err);

	if (rc < 0 || (rc = vv_mkdirs_above(path, err)) < 0) return rc;
	return vv_write_file(path, text->data, text->len, true, err);
}

static void put_ref(vv_buf *b, const vv_ref *r, bool packed)
{
	vv_buf_printf(b, packed ? "%s %s\n" : "%s\t%s\n", vv_oid_shows(&r->id), r->name);
	if (r->annotated && packed) {
		vv_buf_printf(b, "^%s\n", vv_oid_shows(&r->commit));
	} else if (r->annotated) {
		vv_buf_printf(b, "%s\t%s^{}\n", vv_oid_shows(&r->commit), r->name);
	}
}

static void put_refs(vv_buf *b, const vv_shared_refs *l, bool packed)
{
	vv_buf_puts(b, packed ? "# pack-refs with: peeled fully-peeled sorted \n" : "");
	vv_array_each(l->items, l->count, item) {
		put_ref(b, item, packed);
	}
}

static void put_list(vv_buf *text, const vv_folder_history *h)
{
	for (size_t i = h->state->packs.count; i-- > 0;) {
		vv_buf_printf(text, "P %s.pack\n", h->state->packs.items[i].name);
	}
	/* dropped packs stay for the refs that exist until these move, and for readers that have them */
	for (size_t i = 0; h->dropped && i < h->state->gone.count; i++) {
		const char *name = h->state->gone.items[i].name;
		if (strncmp(name, PACKS, strlen(PACKS)) == 0 && vv_path_ends(name, ".pack")) {
			vv_buf_printf(text, "P %s\n", name + strlen(PACKS));
		}
	}
}

static void put_packed(vv_buf *b, const vv_folder_history *h)
{
	put_refs(b, h->refs, true);
}

static void put_plain(vv_buf *b, const vv_folder_history *h)
{
	put_refs(b, h->refs, false);
}

static void put_head(vv_buf *b, const vv_folder_history *h)
{
	vv_buf_printf(b, "ref: %s\n", h->refs->head);
}

/* What git reads, in the order of writing; after the list, the refs. */
static const struct list {
	const char *name;
	void (*put)(vv_buf *b, const vv_folder_history *h);
} lists[] = {
	{"objects/info/packs", put_list},
	{"packed-refs", put_packed},
	{"HEAD", put_head},
	{"info/refs", put_plain},
};
#define LISTS (sizeof(lists) / sizeof(*lists))

vv_status vv_folder_history_list(vv_folder_history *h, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;

	put_list(&text, h);
	vv_buf_puts(&text, "\n");
	return write_in(h, lists[0].name, &text, err);
}

vv_status vv_folder_history_move(vv_folder_history *h, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 1; rc == VV_OK && i < LISTS; i++) {
		vv_auto(vv_buf) text = VV_BUF_INIT;
		lists[i].put(&text, h);
		rc = write_in(h, lists[i].name, &text, err);
	}
	return rc;
}

/* Does it have the length of the last run? Without an entry: does it exist? */
static bool is_whole(const vv_folder_history *h, const char *name, const char *end)
{
	vv_auto(char) *path = vv_asprintf(PACKS "%s.%s", name, end);
	if (!path) return false;
	const vv_folder_item *held = vv_folder_items_find(&h->state->held, path);
	if (held) return vv_folder_has(h->dir, path, held->number);
	vv_auto(char) *file = vv_path_join(h->dir, path, (char *)NULL);
	return file && vv_exists(file);
}

/* A pack without its index, or with another length, is useless to readers. */
static vv_status look_lost(vv_folder_history *h, vv_error *err)
{
	static const char *const ends[] = {"idx", "pack"};
	vv_folder_items *packs = &h->state->packs;
	size_t kept = 0;

	vv_array_each(packs->items, packs->count, it) {
		const char *name = it->name;
		if (is_whole(h, name, "pack") && is_whole(h, name, "idx")) {
			packs->items[kept++] = *it;
			continue;
		}
		vv_array_each(ends, 2, end) {
			vv_auto(char) *file = vv_asprintf("%s/" PACKS "%s.%s", h->dir, name, *end);
			vv_status rc;

			if ((rc = vv_alloc_ok(file, err)) < 0 ||
			    (rc = vv_unlink(file, true, err)) < 0) {
				return rc;
			}
		}
	}
	h->lost = kept < packs->count;
	packs->count = kept;
	return VV_OK;
}

/* *same false: the file does not have this text. more: it may continue. */
static vv_status has_text(bool *same, const vv_folder_history *h, const char *name,
			  const vv_buf *wanted, bool more, vv_error *err)
{
	vv_auto(char) *path = vv_path_join(h->dir, VV_FOLDER_GIT, name, (char *)NULL);
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc = vv_buf_ok(wanted, err);

	if (rc < 0) return rc;
	rc = vv_missing_ok(vv_read_regular(&text, path, REFS_MAX, err), err);
	*same = *same && (more ? text.len >= wanted->len : text.len == wanted->len) &&
		memcmp(vv_buf_cstr(&text), vv_buf_cstr(wanted), wanted->len) == 0;
	return rc;
}

/* Are the refs, and git's other files, the same as new ones? */
static vv_status look_same(vv_folder_history *h, vv_error *err)
{
	vv_status rc = VV_OK;

	h->same = !h->lost;
	for (size_t i = 0; rc == VV_OK && i < LISTS; i++) {
		vv_auto(vv_buf) text = VV_BUF_INIT;
		lists[i].put(&text, h);
		/* the list continues with packs that were dropped */
		rc = has_text(&h->same, h, lists[i].name, &text, i == 0, err);
	}
	return rc;
}

static vv_status read_refs(vv_buf *text, const vv_folder_history *h, vv_error *err)
{
	vv_auto(char) *path = vv_path_join(h->dir, VV_FOLDER_GIT, "info/refs", (char *)NULL);

	return vv_missing_ok(vv_read_regular(text, path, REFS_MAX, err), err);
}

/* A ref whose commit is not in the folder either is damaged, so replacing it does not move it
 * back. */
static bool has_commit(const vv_folder_history *h, const vv_oid *id)
{
	vv_auto(char) *dir = vv_path_join(h->dir, VV_FOLDER_GIT, (char *)NULL);
	vv_auto(vv_repository) *r = NULL;
	vv_auto(vv_commit) c = {0};

	return dir &&
	       vv_repository_open(&r, dir, vv_repository_env(h->repo), VV_IGNORED) == VV_OK &&
	       vv_commit_read(r, id, &c, VV_IGNORED) == VV_OK;
}

/* One line of its refs: is it below ours? */
static vv_status compare_ref(const vv_folder_history *h, const vv_head_ref *there, vv_buf *back,
			     bool *heads, vv_error *err)
{
	vv_auto(char) *name = vv_strndup(there->name, there->len);
	bool known = false, follows = true;
	vv_status rc = vv_alloc_ok(name, err);

	if (rc < 0 || (rc = vv_commits_known(h->repo, &there->id, 1, &known, err)) < 0) return rc;
	if (vv_ref_is_head(name) || vv_ref_is_expired(name)) { /* they have rules of their own */
		*heads |= !known;
		return VV_OK;
	}
	for (size_t i = 0; known && i < h->refs->count; i++) {
		const vv_ref *ours = &h->refs->items[i];
		if (strcmp(ours->name, name) == 0 && !vv_oid_equal(&ours->id, &there->id)) {
			follows = false;
			rc = strncmp(name, "refs/heads/", 11) != 0
				     ? VV_OK
				     : vv_is_ancestor(h->repo, &there->id, &ours->id, &follows,
						      err);
		}
	}
	if (rc == VV_OK && !(known && follows) && back->len == 0 &&
	    (known || has_commit(h, &there->id))) {
		vv_buf_printf(back, "has %s at commit %.10s, which %s",
			      vv_text_shows(vv_ref_short_name(name)), vv_oid_shows(&there->id),
			      !known ? "is missing here"
			      : strncmp(name, "refs/heads/", 11) == 0
				      ? "is not an ancestor of the commit here"
				      : "is not the commit here");
	}
	return rc;
}

vv_status vv_folder_history_follows(const vv_folder_history *h, vv_buf *back, bool *heads,
				    vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc = read_refs(&text, h, err);

	*heads = false;
	for (vv_line l = {.rest = vv_buf_cstr(&text)}; rc == VV_OK && vv_line_next(&l);) {
		vv_head_ref ref = {.name = l.text + VV_OID_TEXT + 1,
				   .len = l.len - VV_OID_TEXT - 1};
		if (l.len <= VV_OID_TEXT || !vv_oid_parse(&ref.id, l.text, VV_OID_TEXT) ||
		    l.text[l.len - 1] == '}') {
			continue; /* a peeled tag */
		}
		rc = compare_ref(h, &ref, back, heads, err);
	}
	return rc < 0 ? rc : vv_buf_ok(back, err);
}

vv_status vv_folder_history_look(vv_folder_history *h, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	size_t cap = 0;
	vv_oid id;
	vv_status rc = read_refs(&text, h, err);

	if (rc < 0) return rc;
	for (vv_line l = {.rest = vv_buf_cstr(&text)}; vv_line_next(&l);) {
		if (l.len <= VV_OID_TEXT || !vv_oid_parse(&id, l.text, VV_OID_TEXT)) {
			continue;
		}
		if (!vv_array_add(h->before, h->before_count, cap, id)) return vv_fail_nomem(err);
	}
	rc = look_lost(h, err);
	return rc < 0 ? rc : look_same(h, err);
}

/* --- packs ---------------------------------------------------------------------------------------- */

static void put_ids(vv_buf *b, const char *before, const vv_oid *ids, size_t count)
{
	vv_array_each(ids, count, id) {
		vv_buf_printf(b, "%s%s\n", before, vv_oid_shows(id));
	}
}

static void put_now(vv_buf *b, const char *before, const vv_shared_refs *l)
{
	vv_array_each(l->items, l->count, item) {
		put_ids(b, before, &item->id, 1);
	}
}

/* Did a ref go back, or away? What it reached is not to be given any longer. Objects that are missing here are treated as
 * such. */
static vv_status look_dropped(vv_folder_history *h, vv_error *err)
{
	const char *args[] = {"rev-list", "--objects", "--max-count=1", "--stdin", NULL};
	vv_auto(vv_buf) input = VV_BUF_INIT, out = VV_BUF_INIT, said = VV_BUF_INIT;
	int code = 0;

	if (h->before_count == 0) return VV_OK;
	put_ids(&input, "", h->before, h->before_count);
	put_now(&input, "^", h->refs);
	const vv_git_call call = {.args = args,
				  .repo = h->repo,
				  .input = input.data,
				  .len = input.len,
				  .output = &out};
	vv_status rc = vv_buf_ok(&input, err);
	if (rc < 0 || (rc = vv_git_run(&call, &said, &code, err)) < 0) return rc;
	h->dropped = code != 0 || out.len > 0;
	return VV_OK;
}

/* The pack is the last of the state now, whether it is new or one that existed already. */
static vv_status note_pack(vv_folder_history *h, const char *name, uint64_t bytes, size_t *was,
			   vv_error *err)
{
	vv_folder_items *packs = &h->state->packs, *gone = &h->state->gone;
	vv_folder_item *there = vv_folder_items_find(packs, name);
	const size_t len = strlen(PACKS), name_len = strlen(name);
	size_t kept = 0;

	vv_array_each(gone->items, gone->count, it) {
		const char *path = it->name;
		if (strncmp(path, PACKS, len) != 0 || strncmp(path + len, name, name_len) != 0) {
			gone->items[kept++] = *it;
		}
	}
	gone->count = kept;
	*was = there ? (size_t)(there - packs->items) : SIZE_MAX;
	if (there) {
		const vv_folder_item it = *there;
		memmove(there, there + 1, (packs->count - *was - 1) * sizeof(it));
		packs->items[packs->count - 1] = it;
		return VV_OK;
	}
	return vv_folder_items_add(h->state, packs, name, bytes) ? VV_OK : vv_fail_nomem(err);
}

/* git in repo.git, which sees the objects of the repository, too. *made: something was to be packed; *was: where its pack
 * was before, if anywhere. */
static vv_status pack_objects(vv_folder_history *h, bool revs, const vv_buf *input, bool *made,
			      size_t *was, vv_error *err)
{
	vv_auto(char) *git_dir = vv_path_join(h->dir, VV_FOLDER_GIT, (char *)NULL),
		      *base = vv_path_join(h->dir, PACKS "pack", (char *)NULL);
	vv_auto(vv_buf) dir = VV_BUF_INIT, objects = VV_BUF_INIT, out = VV_BUF_INIT,
			name = VV_BUF_INIT;
	const char *more[] = {NULL, "GIT_OBJECT_DIRECTORY", "GIT_QUARANTINE_PATH", NULL};
	vv_stat st;

	*made = false;
	vv_buf_printf(&dir, "--git-dir=%s", git_dir ? git_dir : "");
	vv_buf_puts(&objects, "GIT_ALTERNATE_OBJECT_DIRECTORIES=\"");
	for (const char *p = vv_repository_objects(h->repo); *p; p++) {
		vv_buf_puts(&objects, *p == '"' || *p == '\\' ? "\\" : "");
		vv_buf_putc(&objects, *p);
	}
	vv_buf_puts(&objects, "\"");
	more[0] = vv_buf_cstr(&objects);
	const char *args[] = {vv_buf_cstr(&dir),
			      "-c",
			      "pack.writeReverseIndex=false",
			      "pack-objects",
			      "-q",
			      "--non-empty",
			      "--delta-base-offset",
			      revs ? "--revs" : "-q",
			      base,
			      NULL};
	const vv_git_call call = {.args = args,
				  .env = vv_repository_env(h->repo),
				  .more = more,
				  .input = input->data,
				  .len = input->len,
				  .output = &out};
	vv_status rc = git_dir && base ? vv_buf_ok(&objects, err) : vv_fail_nomem(err);
	if (rc < 0 || (rc = vv_buf_ok(input, err)) < 0 || (rc = vv_buf_ok(&dir, err)) < 0 ||
	    (rc = vv_git_must(&call, "packing the history", err)) < 0 || out.len == 0) {
		return rc; /* nothing is new */
	}
	vv_buf_printf(&name, "pack-%.*s", (int)strcspn(vv_buf_cstr(&out), "\n"), vv_buf_cstr(&out));
	vv_auto(char) *file = vv_path_join(h->dir, PACKS, vv_buf_cstr(&name), (char *)NULL);
	vv_buf_reset(&dir);
	vv_buf_printf(&dir, "%s.pack", file ? file : "");
	if ((rc = vv_buf_ok(&name, err)) < 0 || (rc = vv_buf_ok(&dir, err)) < 0 ||
	    (rc = vv_lstat(&st, dir.data, err)) < 0) {
		return rc;
	}
	*made = true;
	return note_pack(h, name.data, st.size, was, err);
}

/* Releases the packs from number first to end - 1, which are unreferenced; the index first. */
static vv_status let_go(vv_folder_history *h, size_t first, size_t end, vv_error *err)
{
	static const char *const ends[] = {"idx", "pack"};
	vv_folder_items *packs = &h->state->packs;

	for (size_t i = first; i < end; i++) {
		vv_array_each(ends, 2, ending) {
			vv_auto(vv_buf) name = VV_BUF_INIT;
			vv_buf_printf(&name, PACKS "%s.%s", packs->items[i].name, *ending);
			const vv_status rc = vv_buf_ok(&name, err);
			if (rc < 0) return rc;
			if (!vv_folder_items_add(h->state, &h->state->gone, name.data,
						 (uint64_t)h->now)) {
				return vv_fail_nomem(err);
			}
		}
	}
	memmove(packs->items + first, packs->items + end,
		(packs->count - end) * sizeof(*packs->items));
	packs->count -= end - first;
	return VV_OK;
}

static vv_status add_objects(vv_folder_history *h, const char *name, vv_buf *ids, vv_error *err)
{
	const char *args[] = {"show-index", NULL};
	vv_auto(vv_buf) path = VV_BUF_INIT, index = VV_BUF_INIT, out = VV_BUF_INIT;
	vv_status rc;

	vv_buf_printf(&path, "%s/" PACKS "%s.idx", h->dir, name);
	if ((rc = vv_buf_ok(&path, err)) < 0 ||
	    (rc = vv_read_regular(&index, path.data, INDEX_MAX, err)) < 0) {
		return rc;
	}
	const vv_git_call call = {.args = args,
				  .env = vv_repository_env(h->repo),
				  .input = index.data,
				  .len = index.len,
				  .output = &out};
	if ((rc = vv_git_must(&call, "packing the history", err)) < 0) return rc;
	for (vv_line l = {.rest = vv_buf_cstr(&out)}; vv_line_next(&l);) {
		const char *id = strchr(l.text, ' ');
		if (id && strcspn(id + 1, " \n") == VV_OID_TEXT) {
			vv_buf_put(ids, id + 1, VV_OID_TEXT);
			vv_buf_putc(ids, '\n');
		}
	}
	return vv_buf_ok(ids, err);
}

static vv_status join_packs(vv_folder_history *h, vv_error *err)
{
	const vv_folder_items *packs = &h->state->packs;
	vv_auto(vv_buf) ids = VV_BUF_INIT;
	size_t first = packs->count, before = packs->count, was;
	uint64_t bytes = 0;
	bool made;
	vv_status rc = VV_OK;

	while (first > 0 && (first == packs->count || packs->items[first - 1].number < 2 * bytes ||
			     packs->items[first - 1].number + bytes < JOIN_BYTES)) {
		bytes += packs->items[--first].number;
	}
	if (before - first < 2) return VV_OK;
	for (size_t i = first; rc == VV_OK && i < before; i++) {
		rc = add_objects(h, packs->items[i].name, &ids, err);
	}
	if (rc < 0 || (rc = pack_objects(h, false, &ids, &made, &was, err)) < 0 || !made) return rc;
	return let_go(h, was < first ? first - 1 : first, packs->count - 1, err);
}

/* Removes unreferenced files of a killed run. */
static vv_status tidy_packs(vv_folder_history *h, vv_error *err)
{
	vv_auto(char) *dir = vv_path_join(h->dir, VV_FOLDER_GIT "/objects/pack", (char *)NULL);
	vv_auto(vv_folder) f = {0};
	vv_status rc = dir ? vv_folder_read(&f, dir, true, err) : vv_fail_nomem(err);

	while (rc == VV_OK && vv_folder_next(&f)) {
		vv_auto(vv_buf) name = VV_BUF_INIT, whole = VV_BUF_INIT;
		vv_buf_put(&name, f.name, strcspn(f.name, "."));
		vv_buf_printf(&whole, PACKS "%s", f.name);
		if (!vv_folder_items_find(&h->state->packs, vv_buf_cstr(&name)) &&
		    !vv_folder_items_find(&h->state->gone, vv_buf_cstr(&whole))) {
			rc = vv_unlink(f.path, true, err);
		}
	}
	return rc;
}

static vv_status begin_repository(vv_folder_history *h, vv_error *err)
{
	static const char config[] = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n"
				     "\tbare = true\n[gc]\n\tauto = 0\n";
	static const char *const dirs[] = {"refs/heads", "objects/info", "objects/pack", "info"};
	const vv_buf text = {.data = (char *)(uintptr_t)config, .len = sizeof(config) - 1};
	vv_auto(vv_buf) head = VV_BUF_INIT;
	bool same = true;
	vv_status rc;

	vv_buf_puts(&head, "ref: refs/");
	if ((rc = has_text(&same, h, "HEAD", &head, true, err)) < 0 ||
	    (rc = has_text(&same, h, "config", &text, false, err)) < 0 || same) {
		return rc;
	}
	vv_buf_reset(&head);
	for (size_t i = 0; rc == VV_OK && i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		vv_auto(char) *dir = vv_path_join(h->dir, VV_FOLDER_GIT, dirs[i], (char *)NULL);
		rc = vv_mkdirs(dir, err);
	}
	vv_buf_printf(&head, "ref: %s\n", h->refs->head);
	if (rc < 0 || (rc = write_in(h, "config", &text, err)) < 0) return rc;
	return write_in(h, "HEAD", &head, err);
}

vv_status vv_folder_history_pack(vv_folder_history *h, vv_error *err)
{
	vv_auto(vv_buf) input = VV_BUF_INIT;
	vv_auto(char) *dir = vv_path_join(h->dir, VV_FOLDER_GIT "/objects/pack", (char *)NULL);
	vv_status rc = dir ? begin_repository(h, err) : vv_fail_nomem(err);

	if (rc < 0 || (rc = tidy_packs(h, err)) < 0 || h->same || (rc = look_dropped(h, err)) < 0) {
		return rc;
	}
	h->dropped |= h->lost;
	bool made;
	size_t was;
	put_now(&input, "", h->refs);
	if (!h->dropped) {
		put_ids(&input, "^", h->before, h->before_count);
	}
	if ((rc = pack_objects(h, true, &input, &made, &was, err)) < 0) return rc;
	if (!h->dropped) {
		rc = join_packs(h, err);
	} else if (made) {
		rc = let_go(h, 0, h->state->packs.count - 1, err);
	} else {
		rc = VV_OK;
	}
	return rc < 0 ? rc : vv_fsync_dir(dir, err);
}
