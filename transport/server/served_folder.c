/*
 * served_folder: which of a repository's folders may name it.
 */
#include "transport/server/served_folder.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"

static char *name_of(const char *real)
{
	if (strcmp(vv_path_base(real), ".git") != 0) return vv_strdup(vv_path_base(real));
	vv_auto(char) *above = vv_path_dir(real);
	return above ? vv_strdup(vv_path_base(above)) : NULL;
}

static bool is_folder_of(const vv_repository *r, const char *real)
{
	const char *places[] = {vv_repository_workdir(r), vv_repository_gitdir(r)};
	bool same = false;

	for (size_t i = 0; i < 2 && !same; i++) {
		char *resolved = places[i] ? realpath(places[i], NULL) : NULL;

		same = resolved && strcmp(resolved, real) == 0;
		free(resolved);
	}
	return same;
}

/* The absolute path, from vv_malloc. */
static vv_status resolve_folder(char **out, const char *path, vv_error *err)
{
	char *real = realpath(path, NULL);

	if (!real) return vv_fail_errno(err, "no repository at", path);
	*out = vv_strdup(real);
	free(real);
	return *out ? VV_OK : vv_fail_nomem(err);
}

vv_status http_served_folder_open(vv_repository **r, char **name, char **real, const char *path,
				  const vv_env *env, vv_error *err)
{
	vv_auto(vv_repository) *opened = NULL;
	vv_auto(char) *folder = NULL;
	vv_status rc;

	if ((rc = resolve_folder(&folder, path, err)) < 0 ||
	    (rc = vv_repository_open(&opened, folder, env, err)) < 0) {
		return rc;
	}
	if (!is_folder_of(opened, folder)) {
		return vv_fail(err, VV_ENOTFOUND,
			       "'%s' is inside a repository, but is not one itself\n"
			       "name the repository's own folder",
			       vv_text_shows(path));
	}
	if (!(*name = name_of(folder))) return vv_fail_nomem(err);
	*real = vv_take(&folder);
	return vv_hand_over(r, &opened);
}

vv_status http_fail_same_name(const char *name, vv_error *err)
{
	return vv_fail(err, VV_EUSAGE,
		       "two repositories would have the name '%s'\nrename one of the folders",
		       vv_text_shows(name));
}
