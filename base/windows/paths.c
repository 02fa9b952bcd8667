/*
 * paths: which error of Windows is which errno, the texts of errno, and long paths.
 */
#include "base/windows/paths.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#define OTHERS 10000   /* errno for an error without another one: this and its number */
#define LONG_FROM 240u /* CreateDirectoryW takes 248, the others 260 */

static const struct {
	DWORD error;
	int number;
} numbers[] = {
	{ERROR_FILE_NOT_FOUND, ENOENT},
	{ERROR_PATH_NOT_FOUND, ENOENT},
	{ERROR_INVALID_NAME, ENOENT},
	{ERROR_BAD_PATHNAME, ENOENT},
	{ERROR_BAD_NETPATH, ENOENT},
	{ERROR_BAD_NET_NAME, ENOENT},
	{ERROR_INVALID_DRIVE, ENOENT},
	{ERROR_DIRECTORY, ENOTDIR},
	{ERROR_ALREADY_EXISTS, EEXIST},
	{ERROR_FILE_EXISTS, EEXIST},
	{ERROR_ACCESS_DENIED, EACCES},
	{ERROR_WRITE_PROTECT, EROFS},
	{ERROR_SHARING_VIOLATION, EBUSY},
	{ERROR_USER_MAPPED_FILE, EBUSY},
	{ERROR_LOCK_VIOLATION, EAGAIN},
	{ERROR_DIR_NOT_EMPTY, ENOTEMPTY},
	{ERROR_NOT_ENOUGH_MEMORY, ENOMEM},
	{ERROR_OUTOFMEMORY, ENOMEM},
	{ERROR_COMMITMENT_LIMIT, ENOMEM},
	{ERROR_DISK_FULL, ENOSPC},
	{ERROR_HANDLE_DISK_FULL, ENOSPC},
	{ERROR_BROKEN_PIPE, EPIPE},
	{ERROR_NO_DATA, EPIPE},
	{ERROR_PIPE_NOT_CONNECTED, EPIPE},
	{ERROR_INVALID_HANDLE, EBADF},
	{ERROR_INVALID_PARAMETER, EINVAL},
	{ERROR_NOT_SAME_DEVICE, EXDEV},
	{ERROR_FILENAME_EXCED_RANGE, ENAMETOOLONG},
	{ERROR_BAD_EXE_FORMAT, ENOEXEC},
	{ERROR_TOO_MANY_OPEN_FILES, EMFILE},
	{ERROR_PRIVILEGE_NOT_HELD, EPERM},
	{ERROR_NOT_SUPPORTED, ENOSYS},
	{ERROR_NO_UNICODE_TRANSLATION, EILSEQ},
	{ERROR_DELETE_PENDING, EBUSY},
	{225 /* ERROR_VIRUS_INFECTED */, EBADMSG},
	{1295 /* ERROR_DISK_QUOTA_EXCEEDED */, EDQUOT},
};

/* Those of msvcrt end at 42; it calls EBUSY "Resource device". */
static const struct {
	int number;
	const char *text;
} texts[] = {
	{EBUSY, "another program, such as Excel, has it open"},
	{EXDEV, "Invalid cross-device link"},
	{ENODATA, "its content is only in the cloud, and OneDrive, or the program that manages it, "
		  "did not fetch it"},
	{EBADMSG, "Windows' virus scanner blocks it"},
	{ELOOP, "Too many levels of symbolic links"},
	{EOVERFLOW, "Value too large for defined data type"},
	{EDQUOT, "Disk quota exceeded"},
	{EWOULDBLOCK, "Resource temporarily unavailable"},
	{EADDRINUSE, "Address already in use"},
	{EADDRNOTAVAIL, "Cannot assign requested address"},
	{EAFNOSUPPORT, "Address family not supported by protocol"},
	{ECONNABORTED, "Software caused connection abort"},
	{ECONNREFUSED, "Connection refused"},
	{ECONNRESET, "Connection reset by peer"},
	{ENOBUFS, "No buffer space available"},
	{ENOTCONN, "Transport endpoint is not connected"},
	{ETIMEDOUT, "Connection timed out"},
};

/* A file of OneDrive or the like that Windows cannot fetch (ERROR_CLOUD_FILE_...). */
static int is_of_cloud(DWORD error)
{
	return (error >= 358 && error <= 398) || error == 404 || error == 426;
}

int vv_windows_failed(void)
{
	const DWORD error = GetLastError();

	errno = is_of_cloud(error) ? ENODATA : OTHERS + (int)error;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (numbers[i].error == error) {
			errno = numbers[i].number;
		}
	}
	return -1;
}

void vv_windows_error_text(char *out, size_t size, int number)
{
	wchar_t wide[256];
	const DWORD how = FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS |
			  FORMAT_MESSAGE_MAX_WIDTH_MASK;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (texts[i].number == number) {
			(void)snprintf(out, size, "%s", texts[i].text);
			return;
		}
	}
	if (number < OTHERS) {
		(void)snprintf(out, size, "%s", strerror(number));
		return;
	}
	const DWORD len = FormatMessageW(how, NULL, (DWORD)(number - OTHERS), 0, wide, 256, NULL);
	char *text = len > 0 ? vv_narrow_text(wide) : NULL;

	(void)snprintf(out, size, "error %d of Windows", number - OTHERS);
	if (text) {
		(void)snprintf(out, size, "error %d of Windows: %s", number - OTHERS, text);
	}
	free(text);
}

/* Makes a path absolute and clean, with "\\?\" or "\\?\UNC\" before it. */
static wchar_t *lengthen_path(wchar_t out[VV_WIDE_MAX])
{
	static const wchar_t local[] = L"\\\\?\\", share[] = L"\\\\?\\UNC\\";
	wchar_t whole[VV_WIDE_MAX];
	const DWORD len = GetFullPathNameW(out, VV_WIDE_MAX, whole, NULL);
	const int is_share = len > 1 && whole[0] == L'\\' && whole[1] == L'\\';
	const wchar_t *lead = is_share ? share : local, *rest = whole;

	if (len == 0) {
		(void)vv_windows_failed();
		return NULL;
	}
	if (is_share) {
		rest += 2;
	}
	if (len >= VV_WIDE_MAX || wcslen(lead) + wcslen(rest) >= VV_WIDE_MAX) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	memcpy(out, lead, (wcslen(lead) + 1) * sizeof(*out));
	memcpy(out + wcslen(lead), rest, (wcslen(rest) + 1) * sizeof(*out));
	return out;
}

wchar_t *vv_wide_path(wchar_t out[VV_WIDE_MAX], const char *path)
{
	if (strcmp(path, "/dev/null") == 0) {
		path = "NUL";
	}
	if (!*path) {
		errno = ENOENT;
		return NULL;
	}
	const int n = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, out,
					  (int)VV_WIDE_MAX);
	if (n <= 0) {
		errno = GetLastError() == ERROR_INSUFFICIENT_BUFFER ? ENAMETOOLONG : EILSEQ;
		return NULL;
	}
	for (wchar_t *p = out; *p; p++) {
		if (*p == L'/') {
			*p = L'\\';
		}
	}
	if ((size_t)n <= LONG_FROM || wcsncmp(out, L"\\\\?\\", 4) == 0) return out;
	return lengthen_path(out);
}

char *vv_narrow_text(const wchar_t *text)
{
	const int bytes = WideCharToMultiByte(CP_UTF8, 0, text, -1, NULL, 0, NULL, NULL);
	char *out = bytes > 0 ? malloc((size_t)bytes) : NULL;

	if (out) {
		(void)WideCharToMultiByte(CP_UTF8, 0, text, -1, out, bytes, NULL, NULL);
	}
	return out;
}

char *vv_narrow_path(char *out, size_t size, const wchar_t *path)
{
	const int is_share = wcsncmp(path, L"\\\\?\\UNC\\", 8) == 0;

	if (is_share) {
		path += 6; /* "\host\share", to which another '\' belongs */
	} else if (wcsncmp(path, L"\\\\?\\", 4) == 0) {
		path += 4;
	}
	const size_t lead = is_share ? 1 : 0;
	if (size <= lead || WideCharToMultiByte(CP_UTF8, 0, path, -1, out + lead,
						(int)(size - lead), NULL, NULL) <= 0) {
		errno = ERANGE;
		return NULL;
	}
	if (is_share) {
		out[0] = '/';
	}
	for (char *p = out; *p; p++) {
		if (*p == '\\') {
			*p = '/';
		}
	}
	return out;
}
