/*
 * environment: the variables as UTF-8, read from Windows at the first use. The names of Windows have no
 * case: PATH, HOME, USER and TMPDIR are there under these names.
 */
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <windows.h>

#include "base/os.h"
#include "base/windows/paths.h"

static char **list; /* ends with NULL */
static size_t count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static char **slot_of(const char *name)
{
	const size_t len = strlen(name);

	for (size_t i = 0; i < count; i++) {
		if (_strnicmp(list[i], name, len) == 0 && list[i][len] == '=') return &list[i];
	}
	return NULL;
}

/* Takes the text "NAME=value". */
static bool add_text(char *take_text)
{
	char **more = take_text ? realloc(list, (count + 2) * sizeof(*list)) : NULL;

	if (!more) {
		free(take_text);
		return false;
	}
	list = more;
	list[count++] = take_text;
	list[count] = NULL;
	return true;
}

static bool put_variable(const char *name, const char *value)
{
	const size_t len = strlen(name), size = len + strlen(value) + 2;
	char *text = malloc(size), **slot = slot_of(name);

	if (!text) return false;
	memcpy(text, name, len);
	text[len] = '=';
	memcpy(text + len + 1, value, size - len - 1);
	if (!slot) return add_text(text);
	free(*slot);
	*slot = text;
	return true;
}

/* Other systems have this name for it. */
static void put_as(const char *name, const char *usual)
{
	char **slot = slot_of(name) ? NULL : slot_of(usual);

	if (slot) {
		(void)put_variable(name, strchr(*slot, '=') + 1);
	}
}

static void read_all(void)
{
	wchar_t *block = list ? NULL : GetEnvironmentStringsW();

	for (const wchar_t *w = block; w && *w; w += wcslen(w) + 1) {
		if (*w != L'=') { /* the current folder of a drive */
			(void)add_text(vv_narrow_text(w));
		}
	}
	if (!block) return;
	FreeEnvironmentStringsW(block);
	char **path = slot_of("PATH");
	if (path) {
		memcpy(*path, "PATH", 4); /* it is "Path" there */
	}
	put_as("HOME", "USERPROFILE");
	put_as("TMPDIR", "TEMP");
	put_as("USER", "USERNAME");
}

char **vv_windows_environ(void)
{
	static char *none[] = {NULL};

	(void)pthread_mutex_lock(&lock);
	read_all();
	(void)pthread_mutex_unlock(&lock);
	return list ? list : none;
}

char *vv_windows_getenv(const char *name)
{
	(void)pthread_mutex_lock(&lock);
	read_all();
	char **slot = slot_of(name);
	char *value = slot ? strchr(*slot, '=') + 1 : NULL;
	(void)pthread_mutex_unlock(&lock);
	return value;
}

int setenv(const char *name, const char *value, int replaces)
{
	(void)pthread_mutex_lock(&lock);
	read_all();
	const bool fine = (slot_of(name) && !replaces) || put_variable(name, value);
	(void)pthread_mutex_unlock(&lock);
	if (!fine) {
		errno = ENOMEM;
	}
	return fine ? 0 : -1;
}

int unsetenv(const char *name)
{
	(void)pthread_mutex_lock(&lock);
	read_all();
	char **slot = slot_of(name);
	if (slot) {
		free(*slot);
		*slot = list[--count];
		list[count] = NULL;
	}
	(void)pthread_mutex_unlock(&lock);
	return 0;
}
