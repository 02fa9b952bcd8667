/*
 * attributes: what the attributes of a path mean for a file's content, and which files are read for them.
 */
#include "repo/git/index/attributes.h"

#include <stdio.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/hash_index.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/blob.h"
#include "repo/git/history/refs.h"
#include "repo/git/index/attribute_rules.h"
#include "repo/git/index/attributes_internal.h"
#include "repo/git/index/index_file.h"
#include "repo/git/repository_internal.h"
#include "repo/git/tree_internal.h"

/* attribute_sources: which files are asked, in what order, and what macros make of it. */

/* What a path has of one attribute. */
typedef struct vv_attr_answer {
	vv_attr_kind kind; /* VV_ATTR_UNSPECIFIED also where no file has it */
	char *value;       /* owned, with VV_ATTR_STRING; else NULL */
} vv_attr_answer;

#define NAME ".gitattributes"
#define FILE_BYTES_MAX ((size_t)100 << 20) /* Git reads none that is larger */

typedef enum origin { FROM_NOWHERE, FROM_FILE, FROM_BLOB } origin;

/* One file, as it was read last. */
typedef struct source {
	char *folder; /* "", "a/b/"; NULL: a file of the repository, the user or the machine */
	char *file;   /* where it lies */
	vv_attr_rules *rules; /* NULL: it says nothing */
	origin from;
	vv_stat st;    /* FROM_FILE */
	vv_oid blob;   /* FROM_BLOB */
	unsigned held; /* during which hold it was looked at last; 0: during none */
} source;

struct vv_attr_sources {
	source *folders; /* that were asked for; by_folder finds them by name */
	size_t count, cap;
	vv_hash_index by_folder;
	source info, user, machine;
	bool folds; /* upper and lower case are one */
};

/* Git's own, below all others. */
static const char builtin_macro[] = "binary", builtin_words[] = "-diff -merge -text";

/* --- files ------------------------------------------------------------------------- */

static void source_clear(source *s)
{
	vv_attr_rules_free(s->rules);
	vv_free_all(s->folder, s->file);
	memset(s, 0, sizeof(*s));
}

static void close_sources(vv_repository *r)
{
	struct vv_attr_sources *all = r->attributes;

	for (size_t i = 0; all && i < all->count; i++) {
		source_clear(&all->folders[i]);
	}
	if (all) {
		source_clear(&all->info);
		source_clear(&all->user);
		source_clear(&all->machine);
		vv_hash_index_clear(&all->by_folder);
		vv_free_all(all->folders, all);
	}
	r->attributes = NULL;
}

/* Forgets all files. */
static void attr_sources_flush(vv_repository *r)
{
	close_sources(r);
}

/* core.attributesFile, else the one that lies beside Git's settings; "" when there is none. */
static vv_status user_file(vv_repository *r, char **out, vv_error *err)
{
	const char *xdg = vv_env_get(r->env, "XDG_CONFIG_HOME"), *home = vv_env_get(r->env, "HOME");
	vv_status rc = vv_config_path(r, "core.attributesfile", out, err);

	if (rc != VV_ENOTFOUND) return rc;
	vv_error_clear(err);
	*out = xdg && *xdg     ? vv_path_join(xdg, "git", "attributes", NULL)
	       : home && *home ? vv_path_join(home, ".config", "git", "attributes", NULL)
			       : vv_strdup("");
	return *out ? VV_OK : vv_fail_nomem(err);
}

/* The machine's, in the folder of its settings of Git; "" when there is none. */
static vv_status machine_file(const vv_env *env, char **out, vv_error *err)
{
	const char *off = vv_env_get(env, "GIT_ATTR_NOSYSTEM");
	vv_auto(git_buf) folders = {NULL, 0, 0};
	int no = 0;

	if (off && git_config_parse_bool(&no, off) < 0) {
		git_error_clear();
	}
	if (!no &&
	    git_libgit2_opts(GIT_OPT_GET_SEARCH_PATH, GIT_CONFIG_LEVEL_SYSTEM, &folders) == 0 &&
	    folders.size > 0) {
		folders.ptr[strcspn(folders.ptr, ":")] = '\0';
		*out = vv_path_join(folders.ptr, "gitattributes", NULL);
	} else {
		git_error_clear();
		*out = vv_strdup("");
	}
	return *out ? VV_OK : vv_fail_nomem(err);
}

static vv_status open_sources(vv_repository *r, struct vv_attr_sources **out, vv_error *err)
{
	struct vv_attr_sources *all;
	vv_status rc;

	if (!r->attributes) {
		if (!(r->attributes = vv_calloc(1, sizeof(*all)))) return vv_fail_nomem(err);
		r->close_attributes = close_sources;
		all = r->attributes;
		vv_hash_index_init(&all->by_folder);
		if (!(all->info.file = vv_path_join(r->commondir, "info", "attributes", NULL))) {
			rc = vv_fail_nomem(err);
		} else if ((rc = vv_config_bool(r, "core.ignorecase", false, &all->folds, err)) ==
				   VV_OK &&
			   (rc = user_file(r, &all->user.file, err)) == VV_OK) {
			rc = machine_file(r->env, &all->machine.file, err);
		}
		if (rc < 0) {
			close_sources(r);
			return rc;
		}
	}
	*out = r->attributes;
	return VV_OK;
}

static vv_status set_rules(const vv_repository *r, source *s, vv_buf *text, origin from,
			   vv_error *err)
{
	vv_attr_rules *rules;
	const unsigned flags = (!s->folder || !s->folder[0] ? VV_ATTR_MACROS : 0) |
			       (from == FROM_BLOB ? VV_ATTR_BLOB : 0) |
			       (r->attributes->folds ? VV_ATTR_FOLDS : 0);
	vv_status rc = vv_attr_rules_parse(&rules, text, flags, err);

	if (rc < 0) return rc;
	vv_attr_rules_free(s->rules);
	s->rules = rules;
	s->from = from;
	return VV_OK;
}

static void set_nothing(source *s)
{
	vv_attr_rules_free(s->rules);
	s->rules = NULL;
	s->from = FROM_NOWHERE;
}

/* The file with this stat, unless it was read already. */
static vv_status read_source(const vv_repository *r, source *s, const vv_stat *st, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc;

	if (s->from == FROM_FILE && vv_stat_equal(&s->st, st)) return VV_OK;
	if (st->size >= FILE_BYTES_MAX) {
		set_nothing(s);
		return VV_OK;
	}
	if (!S_ISDIR(st->mode)) {
		rc = s->folder ? vv_read_regular(&text, s->file, FILE_BYTES_MAX, err)
			       : vv_read_file(&text, s->file, FILE_BYTES_MAX, err);
		if (rc < 0) return rc;
	}
	if ((rc = set_rules(r, s, &text, FROM_FILE, err)) == VV_OK) {
		s->st = *st;
	}
	return rc;
}

/* Was it looked at, without a fault, since the files are held? */
static bool is_held(const vv_repository *r, const source *s)
{
	return r->attr_holds > 0 && s->held == r->attr_hold;
}

static vv_status looked_at(const vv_repository *r, source *s, vv_status rc)
{
	s->held = rc == VV_OK && r->attr_holds > 0 ? r->attr_hold : 0;
	return rc;
}

/* A file outside the work tree: one that is missing or cannot be read says nothing. A link is
 * followed, and what it leads to is read each time. */
static vv_status refresh(const vv_repository *r, source *s, vv_error *err)
{
	vv_stat st;

	if (is_held(r, s)) return VV_OK;
	vv_status rc = s->file[0] ? vv_lstat(&st, s->file, NULL) : VV_ENOTFOUND;

	if (rc == VV_OK && S_ISLNK(st.mode)) {
		set_nothing(s);
		st.size = 0;
		rc = read_source(r, s, &st, err);
	} else if (rc == VV_OK && S_ISREG(st.mode)) {
		rc = read_source(r, s, &st, err);
	} else {
		rc = VV_ENOTFOUND;
	}
	if (rc == VV_ENOTFOUND || rc == VV_EIO || rc == VV_EINPUT) {
		vv_error_clear(err);
		set_nothing(s);
		rc = VV_OK;
	}
	return looked_at(r, s, rc);
}

/* The index that the command has open, else its file's. */
static vv_status find_index(vv_repository *r, git_index **out, vv_error *err)
{
	vv_index_file *f;
	int code;

	if (r->open_index) {
		*out = r->open_index->git;
		return VV_OK;
	}
	if ((code = vv_index_file_open(&f, r)) < 0) {
		return vv_git_fail(err, code, "cannot read the index '%s'",
				   vv_text_shows(r->index_file));
	}
	*out = f->git;
	vv_index_file_close(f); /* the repository keeps it */
	return VV_OK;
}

/* Of a conflict in the index our side. *found false: it is not there. */
static vv_status find_in_index(vv_repository *r, const char *path, git_oid *id, bool *found,
			       vv_error *err)
{
	git_index *git = NULL;
	vv_status rc = find_index(r, &git, err);

	if (rc < 0) return rc;
	const git_index_entry *e = git_index_get_bypath(git, path, 0);
	e = e ? e : git_index_get_bypath(git, path, 2);
	if ((*found = e && (S_ISREG(e->mode) || S_ISLNK(e->mode)))) {
		*id = e->id;
	}
	return VV_OK;
}

/* Likewise in HEAD; a repository without a commit has none. */
static vv_status find_in_head(vv_repository *r, const char *path, git_oid *id, bool *found,
			      vv_error *err)
{
	vv_auto(vv_head) head = {0};
	uint32_t mode = 0;
	git_oid tree;
	vv_status rc = vv_head_read(r, &head, err);

	if (rc == VV_OK && !vv_oid_is_null(&head.commit)) {
		if ((rc = vv_commit_tree(r, &head.commit, &tree, err)) == VV_OK) {
			rc = vv_tree_find(r, &tree, path, &mode, id, err);
		}
	}
	*found = S_ISREG(mode) || S_ISLNK(mode);
	return rc;
}

/* What is in the index, or in HEAD. */
static vv_status refresh_from_blob(vv_repository *r, source *s, bool head, vv_error *err)
{
	vv_auto(vv_buf) path = VV_BUF_INIT, text = VV_BUF_INIT;
	git_oid id;
	vv_oid blob;
	bool found;
	vv_status rc;

	vv_buf_printf(&path, "%s" NAME, s->folder);
	if ((rc = vv_buf_ok(&path, err)) < 0 ||
	    (rc = (head ? find_in_head : find_in_index)(r, path.data, &id, &found, err)) < 0) {
		return rc;
	}
	git_error_clear();
	if (!found) {
		set_nothing(s);
		return VV_OK;
	}
	vv_oid_from_git(&blob, &id);
	if (s->from == FROM_BLOB && vv_oid_equal(&s->blob, &blob)) return VV_OK;
	rc = vv_blob_read(r, &blob, FILE_BYTES_MAX - 1, &text, err);
	if (rc == VV_ENOTFOUND || rc == VV_EREFUSED) {
		vv_error_clear(err);
		set_nothing(s);
		return VV_OK;
	}
	if (rc == VV_OK) {
		rc = set_rules(r, s, &text, FROM_BLOB, err);
		s->blob = blob;
	}
	return rc;
}

static vv_status refresh_folder(vv_repository *r, source *s, vv_error *err)
{
	const bool alone = r->open_index && r->open_index->alone;
	vv_stat st;

	if (!alone && is_held(r, s)) return VV_OK;
	if (!alone && r->bare) return looked_at(r, s, refresh_from_blob(r, s, true, err));
	/* Asked of each file, and mostly absent: without words. */
	vv_status rc = alone ? VV_ENOTFOUND : vv_lstat(&st, s->file, NULL);

	/* Git does not follow a link either. */
	if (rc == VV_ENOTFOUND || (rc == VV_OK && S_ISLNK(st.mode))) {
		rc = refresh_from_blob(r, s, false, err);
		return alone ? rc : looked_at(r, s, rc);
	}
	if (rc < 0) return vv_lstat(&st, s->file, err);
	if (!S_ISREG(st.mode) && !S_ISDIR(st.mode)) {
		return vv_fail(err, VV_EREFUSED, "'%s' is not an ordinary file",
			       vv_text_shows(s->file));
	}
	return looked_at(r, s, read_source(r, s, &st, err));
}

/* The folder's place, for its name of len bytes with '/' at the end. */
static vv_status folder_at(vv_repository *r, const char *folder, size_t len, size_t *place,
			   vv_error *err)
{
	struct vv_attr_sources *all = r->attributes;
	const uint64_t hash = vv_xxh3(folder, len, all->by_folder.seed);
	vv_hash_probe probe = vv_hash_probe_begin(&all->by_folder, hash);

	while (vv_hash_probe_next(&probe, place)) {
		const char *known = all->folders[*place].folder;

		if (strncmp(known, folder, len) == 0 && known[len] == '\0') return VV_OK;
	}
	source made = {.folder = vv_strndup(folder, len),
		       .file = vv_asprintf("%s/%.*s" NAME, r->workdir ? r->workdir : "", (int)len,
					   folder)};
	if (!made.folder || !made.file || !vv_array_room(all->folders, all->count, all->cap) ||
	    !vv_hash_index_add(&all->by_folder, hash, all->count)) {
		source_clear(&made);
		return vv_fail_nomem(err);
	}
	*place = all->count;
	all->folders[all->count++] = made;
	return VV_OK;
}

/* --- asking ------------------------------------------------------------------------ */

/* What is known of the path so far. A name is settled once, and no more is looked at once all are that
 * were asked for. */
typedef struct asked {
	const char *const *names;
	size_t count, left; /* names; those not settled yet */
	vv_attr_words known;
	vv_hash_index by_name;       /* of known */
	const vv_attr_rules **rules; /* of all files that speak, the one that goes over all first */
	size_t rules_count, rules_cap;
} asked;

/* Words of a line or macro that are still to be taken, the last first. */
typedef struct pending {
	vv_attr_words words;
	size_t left;
} pending;

typedef struct pending_list {
	pending *items;
	size_t count, cap;
} pending_list;

static uint64_t name_hash(const asked *a, const char *name, size_t len)
{
	return vv_xxh3(name, len, a->by_name.seed);
}

static const vv_attr_word *find_word(const asked *a, const char *name, size_t len)
{
	vv_hash_probe probe = vv_hash_probe_begin(&a->by_name, name_hash(a, name, len));

	for (size_t i; vv_hash_probe_next(&probe, &i);) {
		const vv_attr_word *w = &a->known.items[i];

		if (w->name_len == len && memcmp(w->name, name, len) == 0) return w;
	}
	return NULL;
}

static vv_status settle(asked *a, const vv_attr_word *w, vv_error *err)
{
	if (!vv_array_room(a->known.items, a->known.count, a->known.cap) ||
	    !vv_hash_index_add(&a->by_name, name_hash(a, w->name, w->name_len), a->known.count)) {
		return vv_fail_nomem(err);
	}
	a->known.items[a->known.count++] = *w;
	for (size_t i = 0; i < a->count; i++) {
		a->left -= strlen(a->names[i]) == w->name_len &&
			   memcmp(a->names[i], w->name, w->name_len) == 0;
	}
	return VV_OK;
}

static bool find_macro(const asked *a, const vv_attr_word *w, vv_attr_line_words *out)
{
	for (size_t i = 0; i < a->rules_count; i++) {
		if (vv_attr_rules_macro(a->rules[i], w->name, w->name_len, out)) return true;
	}
	*out = (vv_attr_line_words){builtin_words, sizeof(builtin_words) - 1};
	return w->name_len == sizeof(builtin_macro) - 1 &&
	       memcmp(w->name, builtin_macro, w->name_len) == 0;
}

static vv_status push(pending_list *list, const vv_attr_line_words *line, vv_error *err)
{
	pending made = {0};
	bool sound;
	vv_status rc;

	if (!vv_array_room(list->items, list->count, list->cap)) return vv_fail_nomem(err);
	if ((rc = vv_attr_words_read(&made.words, line, &sound, err)) < 0) {
		vv_free(made.words.items);
		return rc;
	}
	made.left = made.words.count;
	list->items[list->count++] = made;
	return VV_OK;
}

static void pending_list_clear(pending_list *list)
{
	while (list->count > 0) {
		vv_free(list->items[--list->count].words.items);
	}
	vv_free(list->items);
}

VV_AUTO_CLEAR(pending_list, pending_list_clear)

/* Takes a line's words, and those of macros where they are set: each name once, so that macros that
 * name each other end. */
static vv_status take_line(asked *a, const vv_attr_line_words *line, vv_error *err)
{
	vv_auto(pending_list) list = {0};
	vv_status rc = push(&list, line, err);

	while (rc == VV_OK && list.count > 0 && a->left > 0) {
		pending *top = &list.items[list.count - 1];
		vv_attr_line_words macro;

		if (top->left == 0) {
			vv_free(top->words.items);
			list.count--;
			continue;
		}
		const vv_attr_word *w = &top->words.items[--top->left];
		if (find_word(a, w->name, w->name_len)) {
			continue;
		}
		/* w goes where list.items does */
		const vv_attr_word word = *w;
		rc = settle(a, &word, err);
		if (rc == VV_OK && word.kind == VV_ATTR_SET && find_macro(a, &word, &macro)) {
			rc = push(&list, &macro, err);
		}
	}
	return rc;
}

/* Appends the lines of one file that match. below: the path from the file's folder on. */
static vv_status gather(asked *a, const vv_attr_rules *rules, const char *below,
			vv_attr_found *found, vv_error *err)
{
	if (!rules) return VV_OK;
	if (!vv_array_add(a->rules, a->rules_count, a->rules_cap, rules)) return vv_fail_nomem(err);
	return vv_attr_rules_find(rules, below, found, err);
}

/* From the path's own folder up to the top. */
static vv_status gather_folders(vv_repository *r, asked *a, const char *path, vv_attr_found *found,
				vv_error *err)
{
	size_t len = (size_t)(vv_path_base(path) - path), place;
	vv_status rc;

	for (;;) {
		if ((rc = folder_at(r, path, len, &place, err)) < 0 ||
		    (rc = refresh_folder(r, &r->attributes->folders[place], err)) < 0 ||
		    (rc = gather(a, r->attributes->folders[place].rules, path + len, found, err)) <
			    0 ||
		    len == 0) {
			return rc;
		}
		for (len--; len > 0 && path[len - 1] != '/'; len--) {
		}
	}
}

static vv_status gather_all(vv_repository *r, asked *a, const char *path, vv_attr_found *found,
			    vv_error *err)
{
	struct vv_attr_sources *all = NULL;
	vv_status rc;

	if ((rc = open_sources(r, &all, err)) < 0 || (rc = refresh(r, &all->info, err)) < 0 ||
	    (rc = gather(a, all->info.rules, path, found, err)) < 0 ||
	    (rc = gather_folders(r, a, path, found, err)) < 0 ||
	    (rc = refresh(r, &all->user, err)) < 0 ||
	    (rc = gather(a, all->user.rules, path, found, err)) < 0 ||
	    (rc = refresh(r, &all->machine, err)) < 0) {
		return rc;
	}
	return gather(a, all->machine.rules, path, found, err);
}

static vv_status take_answer(const asked *a, const char *name, vv_attr_answer *out, vv_error *err)
{
	const vv_attr_word *w = find_word(a, name, strlen(name));

	if (!w) return VV_OK;
	out->kind = w->kind;
	if (w->kind == VV_ATTR_STRING && !(out->value = vv_strndup(w->value, w->value_len))) {
		return vv_fail_nomem(err);
	}
	return VV_OK;
}

/* What the lines found say. */
static vv_status answer_all(asked *a, vv_attr_found *found, vv_attr_answer *out, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; i < a->count; i++) {
		out[i] = (vv_attr_answer){VV_ATTR_UNSPECIFIED, NULL};
	}
	/* No line speaks of most files, of 5,000 in one command: these cost no randomness. */
	if (found->count == 0) return rc;
	vv_hash_index_init(&a->by_name);
	for (size_t i = 0; rc == VV_OK && a->left > 0 && i < found->count; i++) {
		rc = take_line(a, &found->lines[i], err);
	}
	for (size_t i = 0; rc == VV_OK && i < a->count; i++) {
		rc = take_answer(a, a->names[i], &out[i], err);
	}
	for (size_t i = 0; rc < 0 && i < a->count; i++) {
		vv_free(out[i].value);
		out[i].value = NULL;
	}
	return rc;
}

/* Lines and rules of one question. */
typedef struct question {
	asked a;
	vv_attr_found found;
} question;

static void question_clear(question *q)
{
	vv_free_all(q->found.lines, q->a.rules, q->a.known.items);
	vv_hash_index_clear(&q->a.by_name);
}
VV_AUTO_CLEAR(question, question_clear)

/* The attributes of these names. On failure no value is left to be freed. VV_EREFUSED names a
 * .gitattributes that is a pipe, socket or device. */
static vv_status attr_sources_ask(vv_repository *r, const char *path, const char *const *names,
				  size_t count, vv_attr_answer *out, vv_error *err)
{
	vv_auto(question) q = {.a = {.names = names, .count = count, .left = count}};

	vv_status rc = gather_all(r, &q.a, path, &q.found, err);
	return rc < 0 ? rc : answer_all(&q.a, &q.found, out, err);
}

/* The same by these rules alone; path counts from their file's folder. */
static vv_status attr_rules_ask(const vv_attr_rules *rules, const char *path,
				const char *const *names, size_t count, vv_attr_answer *out,
				vv_error *err)
{
	vv_auto(question) q = {.a = {.names = names, .count = count, .left = count}};

	vv_status rc = gather(&q.a, rules, path, &q.found, err);
	return rc < 0 ? rc : answer_all(&q.a, &q.found, out, err);
}

vv_status vv_attr_can_be_read(const vv_repository *r, const char *path, vv_error *err)
{
	vv_status rc;
	const char *end = path;

	if (r->bare || !r->workdir) return VV_OK;
	while (end) { /* before each name of the path */
		vv_stat st;

		vv_auto(char) *file = vv_asprintf("%s/%.*s.gitattributes", r->workdir,
						  (int)(end - path), path);
		if ((rc = vv_alloc_ok(file, err)) < 0) return rc;
		if (vv_lstat(&st, file, NULL) == VV_OK && !S_ISREG(st.mode) && !S_ISLNK(st.mode) &&
		    !S_ISDIR(st.mode)) {
			return vv_fail(err, VV_EREFUSED, "'%s' is not an ordinary file",
				       vv_text_shows(file));
		}
		end = strchr(end, '/');
		end = end ? end + 1 : NULL;
	}
	return VV_OK;
}

static void clear_answers(vv_attr_answer *answers, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		vv_free(answers[i].value);
		answers[i].value = NULL;
	}
}

vv_status vv_attr_value(vv_repository *r, const char *path, const char *name, char **out,
			vv_error *err)
{
	vv_attr_answer answer;
	vv_status rc = attr_sources_ask(r, path, &name, 1, &answer, err);

	*out = NULL;
	if (rc < 0) return rc;
	if (answer.kind == VV_ATTR_UNSPECIFIED) {
		return vv_fail(err, VV_ENOTFOUND, "'%s' has no attribute '%s'", vv_text_shows(path),
			       name);
	}
	*out = answer.kind == VV_ATTR_STRING
		       ? answer.value
		       : vv_strdup(answer.kind == VV_ATTR_SET ? "set" : "unset");
	return *out ? VV_OK : vv_fail_nomem(err);
}

static bool is_varve(const vv_attr_answer *answer)
{
	return answer->kind == VV_ATTR_STRING && strcmp(answer->value, "varve") == 0;
}

vv_status vv_attr_tracked(vv_repository *r, const char *path, bool *out, vv_error *err)
{
	static const char *const name[] = {"filter"};
	vv_attr_answer filter;
	vv_status rc = attr_sources_ask(r, path, name, 1, &filter, err);

	*out = false;
	if (rc == VV_OK) {
		*out = is_varve(&filter);
		clear_answers(&filter, 1);
	}
	return rc;
}

vv_status vv_attr_filter_by(const vv_attr_rules *rules, const char *path, char **out, vv_error *err)
{
	static const char *const name[] = {"filter"};
	vv_attr_answer filter = {VV_ATTR_UNSPECIFIED, NULL};
	vv_status rc = attr_rules_ask(rules, path, name, 1, &filter, err);

	*out = filter.value;
	return rc;
}

vv_status vv_attr_compared(vv_repository *r, const char *path, bool *out, vv_error *err)
{
	static const char *const names[] = {"filter", "diff", "merge"};
	vv_attr_answer a[3];
	vv_status rc = attr_sources_ask(r, path, names, 3, a, err);

	*out = false;
	if (rc == VV_OK) {
		*out = !is_varve(&a[0]) && (is_varve(&a[1]) || is_varve(&a[2]));
		clear_answers(a, 3);
	}
	return rc;
}

vv_attr_held vv_attr_hold(vv_repository *r)
{
	if (r->attr_holds++ == 0 && ++r->attr_hold == 0) {
		r->attr_hold = 1;
	}
	return (vv_attr_held){r};
}

void vv_attr_held_clear(vv_attr_held *h)
{
	if (h->repo) {
		h->repo->attr_holds--;
	}
	h->repo = NULL;
}

void vv_attr_flush(vv_repository *r)
{
	attr_sources_flush(r);
	(void)git_attr_cache_flush(r->git);
	git_error_clear();
}

static bool is_set(const vv_attr_answer *answer)
{
	return answer->kind == VV_ATTR_SET || answer->kind == VV_ATTR_STRING;
}

static vv_status find_program(vv_repository *r, const char *filter, vv_conversion *out,
			      vv_error *err)
{
	static const char *const programs[] = {"process", "clean", "smudge"};
	vv_status rc = VV_OK;

	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]) && !out->foreign; i++) {
		vv_auto(char) *value = NULL;

		vv_auto(char) *key = vv_asprintf("filter.%s.%s", filter, programs[i]);
		if ((rc = vv_alloc_ok(key, err)) < 0) return rc;
		out->foreign = vv_config_string(r, key, &value, NULL) == VV_OK && *value;
	}
	(void)snprintf(out->name, sizeof(out->name), "%s", filter);
	return rc;
}

/* Where nothing says what is text, libgit2 finds it out if it is to convert. */
static bool guesses_text(vv_repository *r)
{
	vv_auto(char) *value = NULL;

	return vv_config_string(r, "core.autocrlf", &value, NULL) == VV_OK &&
	       strcasecmp(value, "false") != 0;
}

/* Any filter of another name counts once a program is set for it; an encoding that
 * libgit2 cannot convert counts always. */
vv_status vv_conversion_of(vv_repository *r, const char *path, vv_conversion *out, vv_error *err)
{
	enum { FILTER, ENCODING, TEXT, CRLF, EOL, IDENT, COUNT };
	static const char *const names[COUNT] = {
		"filter", "working-tree-encoding", "text", "crlf", "eol", "ident"};
	vv_attr_answer a[COUNT];
	vv_status rc = attr_sources_ask(r, path, names, COUNT, a, err);

	memset(out, 0, sizeof(*out));
	if (rc < 0) return rc;
	if (a[FILTER].kind == VV_ATTR_STRING && !is_varve(&a[FILTER])) {
		rc = find_program(r, a[FILTER].value, out, err);
	}
	if (is_set(&a[ENCODING]) && !out->foreign) {
		out->foreign = true;
		(void)snprintf(out->name, sizeof(out->name), "working-tree-encoding");
	}
	out->builtin = is_set(&a[TEXT]) || is_set(&a[CRLF]) || is_set(&a[EOL]) ||
		       is_set(&a[IDENT]) ||
		       (a[TEXT].kind == VV_ATTR_UNSPECIFIED && guesses_text(r));
	clear_answers(a, COUNT);
	return rc;
}

vv_status vv_filters_of(vv_repository *r, const char *path, const vv_conversion *c,
			bool to_worktree, git_filter_list **out, vv_error *err)
{
	vv_status rc;

	*out = NULL;
	if (!c->builtin || (rc = vv_attr_can_be_read(r, path, err)) < 0) {
		return c->builtin ? rc : VV_OK;
	}
	int code = vv_index_file_lend(r);

	if (code == 0) {
		code = git_filter_list_load(out, r->git, NULL, path,
					    to_worktree ? GIT_FILTER_TO_WORKTREE
							: GIT_FILTER_TO_ODB,
					    GIT_FILTER_ALLOW_UNSAFE);
	}
	return code < 0 ? vv_git_fail(err, code, "cannot find how '%s' is converted",
				      vv_text_shows(path))
			: VV_OK;
}

/* Git's rule: eol and the old crlf count where text is not said. */
vv_status vv_attr_changes_text(vv_repository *r, const char *path, bool *out, vv_error *err)
{
	static const char *const names[] = {"text", "eol", "crlf", "working-tree-encoding"};
	vv_attr_answer a[4];
	vv_status rc = attr_sources_ask(r, path, names, 4, a, err);

	*out = false;
	if (rc == VV_OK) {
		*out = is_set(&a[0]) || is_set(&a[3]) ||
		       (a[0].kind == VV_ATTR_UNSPECIFIED && (is_set(&a[1]) || is_set(&a[2])));
		clear_answers(a, 4);
	}
	return rc;
}
