/*
 * os_test: for os_test.py, functions of base/windows that differ from those of the C library of Windows.
 */
#include <dirent.h>
#include <fnmatch.h>
#include <iconv.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <windows.h>

#include <aclapi.h>
#include <sddl.h>

#include "base/os.h"
#include "base/windows/paths.h"

#define PIECE 64u
#define PIECES 5000u

static int faults;
static char content[PIECES][PIECE], found[PIECES][PIECE];
static atomic_bool over;

static void check(bool holds, const char *what)
{
	if (!holds) {
		printf("not so: %s\n", what);
		faults++;
	}
}

/* The first call of the program that depends on the zone. */
static void times_before_1970_are_in_the_zone(void)
{
	const time_t when = -365 * 86400;
	struct tm tm;

	check(localtime_r(&when, &tm) && tm.tm_year == 69 && tm.tm_mon == 0 && tm.tm_mday == 1 &&
		      tm.tm_hour == 2,
	      "365 days before 1970 it is 2 o'clock on 1 January 1969 in the zone EET-2");
}

static void *read_elsewhere(void *fd)
{
	char bytes[PIECE];

	while (!atomic_load(&over)) {
		check(pread(*(int *)fd, bytes, PIECE, 12345) >= 0, "pread() reads");
	}
	return NULL;
}

static void read_write_and_lseek_are_not_disturbed_by_pread(void)
{
	const int fd = open("content", O_RDWR | O_CREAT | O_TRUNC, 0666);
	bool whole = true, there = true;
	pthread_t other;

	for (unsigned i = 0; i < PIECES; i++) {
		memset(content[i], (int)(i % 251), PIECE);
	}
	check(pthread_create(&other, NULL, read_elsewhere, (void *)&fd) == 0, "a thread starts");
	for (unsigned i = 0; i < PIECES; i++) {
		whole = write(fd, content[i], PIECE) == PIECE && whole;
	}
	for (off_t i = PIECES; i-- > 0;) {
		there = lseek(fd, i, SEEK_SET) == i && lseek(fd, 0, SEEK_CUR) == i && there;
	}
	for (unsigned i = 0; i < PIECES; i++) {
		whole = read(fd, found[i], PIECE) == PIECE && whole;
	}
	atomic_store(&over, true);
	(void)pthread_join(other, NULL);
	check(there, "the offset is where lseek() moved it to");
	check(whole, "each read() and write() is complete");
	check(memcmp(content, found, sizeof(content)) == 0,
	      "read() returns what write() wrote, in its order");
	check(pread(fd, found, sizeof(found), 0) == sizeof(found) &&
		      memcmp(content, found, sizeof(content)) == 0,
	      "the file has what write() wrote, in its order");
	(void)close(fd);
}

static int open_with(const char *path, const char *text)
{
	const int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0666);

	check(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), path);
	return fd;
}

static bool has(int fd, const char *text)
{
	char bytes[PIECE] = "";

	return pread(fd, bytes, PIECE - 1, 0) == (ssize_t)strlen(text) && strcmp(bytes, text) == 0;
}

/* Wine 8 refuses to replace an open file, which Windows 10 does as POSIX asks. */
static void an_open_file_is_replaced_or_nothing_is_lost(void)
{
	const int former = open_with("a", "former"), later = open_with("b", "later");
	struct stat named, open_one;

	const bool replaced = rename("b", "a") == 0;
	check(replaced || errno == EACCES || errno == EBUSY,
	      "an open file is replaced, or the replacement is refused");
	check(has(former, "former") && has(later, "later"), "both files still have their content");
	check(stat("a", &named) == 0 && fstat(replaced ? later : former, &open_one) == 0 &&
		      named.st_ino == open_one.st_ino,
	      "the name stands for the right file");
	check(unlink("a") == 0 && has(former, "former") && has(later, "later"),
	      "an open file is removed");
	(void)close(former);
	(void)close(later);
	check(stat("a", &named) < 0 && errno == ENOENT, "the name of the removed file is free");
	check((stat("b", &named) == 0) != replaced,
	      "the other name exists only if the replacement was refused");
	(void)unlink("b");
}

static void files_and_folders_are_told_apart(void)
{
	struct stat st;

	(void)close(open_with("a", "content"));
	check(open("a", O_WRONLY | O_CREAT | O_EXCL, 0666) < 0 && errno == EEXIST,
	      "O_EXCL does not open an existing file");
	check(mkdir("folder", 0777) == 0 && mkdir("folder", 0777) < 0 && errno == EEXIST,
	      "a folder cannot be made twice");
	check(open("folder", O_WRONLY) < 0 && errno == EISDIR,
	      "a folder cannot be opened for writing");
	check(open("a", O_RDONLY | O_DIRECTORY) < 0 && errno == ENOTDIR,
	      "O_DIRECTORY refuses a file");
	check(stat("a/", &st) < 0, "a file's name with a slash is not found");
	check(stat("none/b", &st) < 0 && errno == ENOENT,
	      "a path in a missing folder is not found");
	check(access("a", X_OK) < 0 && errno == EACCES, "a text file is not a program");
	(void)close(open_with("hook", "#!/bin/sh\n"));
	check(access("hook", X_OK) == 0 && unlink("hook") == 0, "a script is a program");
	(void)close(open_with("Öl", "content"));
	check(chmod("Öl", 0444) == 0 && chmod("none", 0444) < 0 && errno == ENOENT &&
		      unlink("Öl") == 0,
	      "chmod() takes UTF-8, and lets files be removed");
	check(rename("a", "folder/b") == 0 && stat("folder/b", &st) == 0 && st.st_size == 7,
	      "a file is moved");
	check(unlink("folder/b") == 0 && rmdir("folder") == 0,
	      "the file and the folder are removed");
}

static void *leave_a_folder(void *before)
{
	const struct timespec half = {.tv_nsec = 500000000};

	(void)nanosleep(&half, NULL);
	check(chdir(before) == 0, "the folder is left");
	return NULL;
}

static void a_folder_is_removed_when_a_program_has_left_it(void)
{
	char before[PATH_MAX], here[PATH_MAX];
	pthread_t other;

	check(getcwd(before, sizeof(before)) && mkdir("left", 0777) == 0 && chdir("left") == 0 &&
		      getcwd(here, sizeof(here)),
	      "a new folder becomes the current one");
	check(pthread_create(&other, NULL, leave_a_folder, before) == 0, "a thread starts");
	check(rmdir(here) == 0, "the folder is removed after the thread has left it");
	(void)pthread_join(other, NULL);
}

static void one_locks_a_file_at_a_time(void)
{
	const int one = open_with("locked", "content"), two = open("locked", O_RDWR);

	check(flock(one, LOCK_EX | LOCK_NB) == 0, "a file is locked");
	check(flock(two, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK,
	      "a locked file cannot be locked again");
	check(has(two, "content"), "a locked file can be read");
	check(flock(one, LOCK_UN) == 0 && flock(two, LOCK_EX | LOCK_NB) == 0,
	      "an unlocked file can be locked again");
	(void)close(one);
	(void)close(two);
}

/* A path of 300 characters and more, with names that are not ASCII. */
static void long_paths_are_used_and_listed(void)
{
	char path[PATH_MAX] = "St\u00e4dte", found[64] = "";
	const size_t first = strlen(path);
	struct stat st;

	for (unsigned i = 0; i < 3; i++) {
		check(mkdir(path, 0777) == 0, path);
		memset(path + strlen(path) + 1, 'x', 100);
		path[strlen(path)] = '/';
	}
	check(mkdir(path, 0777) == 0, "a folder with a long path is made");
	DIR *dir = opendir(path);
	check(dir != NULL, "a folder with a long path is listed");
	(void)closedir(dir);
	memcpy(path + strlen(path), "/\u00d6l.csv", sizeof("/\u00d6l.csv"));
	(void)close(open_with(path, "long"));
	check(stat(path, &st) == 0 && st.st_size == 4, "a file with a long path is found");
	*strrchr(path, '/') = '\0';
	dir = opendir(path);
	for (struct dirent *d; dir && (d = readdir(dir));) {
		if (d->d_name[0] != '.') {
			(void)snprintf(found, sizeof(found), "%s", d->d_name);
		}
	}
	(void)closedir(dir);
	check(strcmp(found, "\u00d6l.csv") == 0, "its name is listed");
	path[first] = '\0';
	char *whole = realpath(path, NULL);
	check(whole && strlen(whole) > first && strcmp(whole + strlen(whole) - first, path) == 0,
	      "a path is made absolute");
	free(whole);
	check(rmdir(path) < 0 && errno == ENOTEMPTY, "a folder with a file is not removed");
}

/* May all users of the machine do something with the file? */
static bool others_use(const wchar_t *path)
{
	PSECURITY_DESCRIPTOR rights = NULL;
	wchar_t *text = NULL;

	check(GetNamedSecurityInfoW(path, SE_FILE_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL,
				    NULL, NULL, &rights) == ERROR_SUCCESS &&
		      ConvertSecurityDescriptorToStringSecurityDescriptorW(
			      rights, SDDL_REVISION_1, DACL_SECURITY_INFORMATION, &text, NULL),
	      "the rights of a file are read");
	const bool are = text && (wcsstr(text, L";;;WD)") || wcsstr(text, L";;;BU)"));
	(void)LocalFree(text);
	(void)LocalFree(rights);
	return are;
}

/* The temporary folder of Wine is one that all users read. */
static void a_private_file_is_its_owners_alone(void)
{
	const int secret = open("secret", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	const int other = open("other", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

	check(secret >= 0 && other >= 0, "files are made");
	check(!others_use(L"secret"), "a file made with 0600 is private");
	check(write(secret, "x", 1) == 1, "its owner writes it");
	check(others_use(L"other"), "another file has the rights of its folder");
	check(fchmod(other, 0600) == 0 && !others_use(L"other"), "fchmod makes a file private");
	(void)close(secret);
	(void)close(other);
	check(open("secret", O_RDONLY) >= 0, "its owner reads it");
}

static void three_bytes_of_euc_jp_come_back(void)
{
	char in[] = "\u4e02\u65e5", jp[8] = "", out[8] = "";
	char *from = in, *to = jp, *back = jp, *at = out;
	size_t left = strlen(in), room = sizeof(jp) - 1, jp_left = 5, out_room = sizeof(out) - 1;
	const iconv_t there = iconv_open("EUC-JP", "UTF-8");
	const iconv_t here = iconv_open("UTF-8", "EUC-JP");

	check(there != (iconv_t)-1 && iconv(there, &from, &left, &to, &room) == 0,
	      "EUC-JP is known");
	check(memcmp(jp, "\x8f\xb0\xa1\xc6\xfc", 6) == 0,
	      "a character of JIS X 0212 has three bytes");
	check(iconv(here, &back, &jp_left, &at, &out_room) == 0 && strcmp(in, out) == 0,
	      "it comes back");
	(void)iconv_close(there);
	(void)iconv_close(here);
}

static void texts_are_those_of_posix(void)
{
	char in[] = "caf\xe9 \x80", out[32] = "", *from = in, *to = out;
	size_t left = strlen(in), room = sizeof(out) - 1;
	const iconv_t how = iconv_open("UTF-8", "windows-1252");

	check(how != (iconv_t)-1 && iconv(how, &from, &left, &to, &room) == 0,
	      "windows-1252 is known");
	check(strcmp(out, "caf\u00e9 \u20ac") == 0, "it is converted");
	(void)iconv_close(how);
	three_bytes_of_euc_jp_come_back();
	check(fnmatch("*.[ct]sv", "St\u00e4dte.csv", 0) == 0, "a name matches a pattern");
	check(fnmatch("*.[ct]sv", "a.csv.txt", 0) == FNM_NOMATCH, "another name does not match");
	check(setenv("CAF\u00c9", "\u00d6l", 1) == 0 && strcmp(getenv("CAF\u00c9"), "\u00d6l") == 0,
	      "a variable is set");
	check(unsetenv("CAF\u00c9") == 0 && !getenv("CAF\u00c9"), "a variable is removed");
}

static bool says(int number, const char *words)
{
	char text[256];

	return strerror_r(number, text, sizeof(text)) == 0 && strstr(text, words);
}

/* Wine has neither OneDrive nor a virus scanner. */
static void errors_have_the_texts_of_posix_or_what_a_user_of_windows_sees(void)
{
	static const struct {
		DWORD error;
		const char *words;
	} of[] = {{2, "No such file"},
		  {32, "has it open"},
		  {362, "only in the cloud"},
		  {404, "in the cloud"},
		  {225, "scanner"},
		  {112, "No space"},
		  {1295, "quota"},
		  {1359, "error 1359 of Windows"}};

	for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		SetLastError(of[i].error);
		check(vv_windows_failed() == -1 && says(errno, of[i].words), of[i].words);
	}
	check(says(ELOOP, "symbolic links") && says(ECONNREFUSED, "refused"),
	      "errors that msvcrt does not know have a text");
}

int main(void)
{
	times_before_1970_are_in_the_zone();
	read_write_and_lseek_are_not_disturbed_by_pread();
	an_open_file_is_replaced_or_nothing_is_lost();
	files_and_folders_are_told_apart();
	a_folder_is_removed_when_a_program_has_left_it();
	one_locks_a_file_at_a_time();
	long_paths_are_used_and_listed();
	a_private_file_is_its_owners_alone();
	texts_are_those_of_posix();
	errors_have_the_texts_of_posix_or_what_a_user_of_windows_sees();
	if (faults == 0) {
		puts("ok");
	}
	return faults > 0;
}
