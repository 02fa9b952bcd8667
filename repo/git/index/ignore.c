/*
 * ignore: what the lines of .gitignore files mean, and which of them wins: the last
 * match in the deepest file.
 */
#include "repo/git/index/ignore.h"

#include <sys/stat.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/index/index.h"

#define FILE_BYTES_MAX (16u << 20)

typedef struct rule {
	const char *pattern;
	bool negated, folders_only;
	bool anchored; /* matched against the path below its file's folder, else against the name */
} rule;

typedef struct rules {
	vv_arena arena;
	rule *items;
	size_t count, cap;
	size_t folder_len; /* of the folder that the file lies in */
} rules;

struct vv_ignore {
	vv_repository *repo;
	rules *files; /* core.excludesFile, info/exclude, then a .gitignore for each folder */
	size_t count, cap;
};

static void rules_clear(rules *r)
{
	vv_arena_clear(&r->arena);
	vv_free(r->items);
}

/* Blanks at the end do not count unless a backslash stands before. */
static size_t trimmed(const char *line, size_t len)
{
	while (len > 0 && (line[len - 1] == ' ' || line[len - 1] == '\t')) {
		if (len > 1 && line[len - 2] == '\\') {
			break;
		}
		len--;
	}
	return len;
}

static vv_status add_rule(rules *to, const char *line, size_t len, vv_error *err)
{
	rule made = {0};
	char *text;

	if (len > 0 && line[len - 1] == '\r') {
		len--;
	}
	len = trimmed(line, len);
	if (len == 0 || line[0] == '#') return VV_OK;
	if (line[0] == '!') {
		made.negated = true;
		line++;
		len--;
	}
	if (len > 0 && line[len - 1] == '/') {
		made.folders_only = true;
		len--;
	}
	if (len == 0) return VV_OK;
	made.anchored = memchr(line, '/', len) != NULL;
	if (line[0] == '/') {
		line++;
		len--;
	}
	if (!vv_array_room(to->items, to->count, to->cap)) return vv_fail_nomem(err);
	if (!(text = vv_arena_strndup(&to->arena, line, len))) return vv_fail_nomem(err);
	made.pattern = text;
	to->items[to->count++] = made;
	return VV_OK;
}

/* A missing or unreadable file has no rules; a link in the work tree is not
 * followed, as in Git. */
static vv_status read_rules(rules *to, const char *path, bool follow, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_stat st;

	if (!follow && (vv_lstat(&st, path, NULL) < 0 || !S_ISREG(st.mode))) return VV_OK;
	vv_status rc = follow ? vv_read_file(&text, path, FILE_BYTES_MAX, err)
			      : vv_read_regular(&text, path, FILE_BYTES_MAX, err);
	if (rc == VV_ENOTFOUND || rc == VV_EIO || rc == VV_EINPUT) {
		vv_error_clear(err);
		return VV_OK;
	}
	const char *p = vv_buf_cstr(&text);
	const char *end = p + text.len;
	if (text.len >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
		p += 3;
	}
	while (rc == VV_OK && p < end) {
		const char *eol = memchr(p, '\n', (size_t)(end - p));
		size_t len = eol ? (size_t)(eol - p) : (size_t)(end - p);

		rc = add_rule(to, p, len, err);
		p += len + (eol != NULL);
	}
	return rc;
}

static vv_status push_file(vv_ignore *ig, const char *path, size_t folder_len, bool follow,
			   vv_error *err)
{
	vv_status rc;

	if (!vv_array_room(ig->files, ig->count, ig->cap)) return vv_fail_nomem(err);
	rules *r = &ig->files[ig->count];
	memset(r, 0, sizeof(*r));
	vv_arena_init(&r->arena);
	r->folder_len = folder_len;
	if ((rc = read_rules(r, path, follow, err)) < 0) {
		rules_clear(r);
	} else {
		ig->count++;
	}
	return rc;
}

static char *default_excludes(const vv_env *env)
{
	const char *xdg = vv_env_get(env, "XDG_CONFIG_HOME"), *home = vv_env_get(env, "HOME");

	if (xdg && *xdg) return vv_path_join(xdg, "git", "ignore", NULL);
	return home && *home ? vv_path_join(home, ".config", "git", "ignore", NULL) : vv_strdup("");
}

vv_status vv_ignore_open(vv_ignore **out, vv_repository *r, vv_error *err)
{
	vv_auto(vv_ignore) *ig = vv_calloc(1, sizeof(*ig));
	vv_auto(char) *excludes = NULL, *info = vv_path_join(r->commondir, "info", "exclude", NULL);
	vv_status rc;

	*out = NULL;
	if (!ig || !info) return vv_fail_nomem(err);
	ig->repo = r;
	if ((rc = vv_missing_ok(vv_config_path(r, "core.excludesfile", &excludes, err), err)) < 0) {
		return rc;
	}
	if (!excludes && !(excludes = default_excludes(r->env))) return vv_fail_nomem(err);
	if ((rc = push_file(ig, excludes, 0, true, err)) < 0 ||
	    (rc = push_file(ig, info, 0, true, err)) < 0) {
		return rc;
	}
	*out = vv_take(&ig);
	return VV_OK;
}

void vv_ignore_close(vv_ignore *ig)
{
	if (!ig) return;
	while (ig->count > 0) {
		rules_clear(&ig->files[--ig->count]);
	}
	vv_free(ig->files);
	vv_free(ig);
}

vv_status vv_ignore_push(vv_ignore *ig, const char *folder, vv_error *err)
{
	vv_auto(char) *dir = vv_repository_file(ig->repo, folder);
	vv_auto(char) *path = vv_path_join(dir, ".gitignore", NULL);

	return path ? push_file(ig, path, strlen(folder), false, err) : vv_fail_nomem(err);
}

void vv_ignore_pop(vv_ignore *ig)
{
	rules_clear(&ig->files[--ig->count]);
}

bool vv_ignore_match(const vv_ignore *ig, const char *path, bool is_folder)
{
	for (size_t i = ig->count; i > 0; i--) {
		const rules *r = &ig->files[i - 1];
		const char *below = path + r->folder_len;

		for (size_t k = r->count; k > 0; k--) {
			const rule *one = &r->items[k - 1];

			if ((!one->folders_only || is_folder) &&
			    vv_path_match(one->pattern,
					  one->anchored ? below : vv_path_base(path))) {
				return !one->negated;
			}
		}
	}
	return false;
}

/* Goes down to the path as git check-ignore does. */
vv_status vv_path_ignored(vv_repository *r, const char *path, bool *out, vv_error *err)
{
	vv_auto(vv_ignore) *ig = NULL;
	vv_auto(char) *part = vv_strdup(path), *file = NULL;
	vv_stat st;
	vv_status rc;

	*out = false;
	if (!part) return vv_fail_nomem(err);
	if ((rc = vv_ignore_open(&ig, r, err)) < 0 || (rc = vv_ignore_push(ig, "", err)) < 0) {
		return rc;
	}
	for (char *slash = strchr(part, '/'); slash && slash[1] && !*out;
	     slash = strchr(slash + 1, '/')) {
		char kept = slash[1];

		*slash = '\0';
		*out = vv_ignore_match(ig, part, true);
		*slash = '/';
		slash[1] = '\0';
		rc = vv_ignore_push(ig, part, err);
		slash[1] = kept;
		if (rc < 0) return rc;
	}
	size_t len = strlen(part);
	if (*out || len == 0) return VV_OK;
	if (part[len - 1] == '/') {
		part[len - 1] = '\0';
		*out = vv_ignore_match(ig, part, true);
	} else {
		file = vv_repository_file(r, part);
		*out = vv_ignore_match(ig, part,
				       vv_lstat(&st, file, NULL) == VV_OK && S_ISDIR(st.mode));
	}
	return VV_OK;
}
