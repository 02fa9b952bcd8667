/*
 * env: one block of memory with the list and all its texts.
 */
#include "base/env.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/sys.h"

struct vv_env {
	const char *list[1]; /* NULL-ended; the strings follow the array in the same allocation */
};

static const char *const no_entries[] = {NULL};

vv_status vv_env_new(vv_env **out, const char *const *entries, vv_error *err)
{
	size_t count = 0, bytes = 0;

	*out = NULL;
	entries = entries ? entries : no_entries;
	for (; entries[count]; count++) {
		bytes += strlen(entries[count]) + 1;
	}
	if (!(*out = vv_malloc((count + 1) * sizeof(char *) + bytes))) return vv_fail_nomem(err);
	char *text = (char *)&(*out)->list[count + 1];
	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(entries[i]) + 1;

		(*out)->list[i] = memcpy(text, entries[i], len);
		text += len;
	}
	(*out)->list[count] = NULL;
	return VV_OK;
}

void vv_env_free(vv_env *e)
{
	vv_free(e);
}

const char *const *vv_env_list(const vv_env *e)
{
	return e ? e->list : no_entries;
}

const char *vv_env_get(const vv_env *e, const char *name)
{
	size_t len = strlen(name);

	for (const char *const *entry = vv_env_list(e); *entry; entry++) {
		if (strncmp(*entry, name, len) == 0 && (*entry)[len] == '=') {
			return *entry + len + 1;
		}
	}
	return NULL;
}

const char *vv_env_temp_dir(const vv_env *e)
{
	const char *dir = vv_env_get(e, "TMPDIR");

	return vv_path_is_absolute(dir) ? dir : "/tmp";
}
