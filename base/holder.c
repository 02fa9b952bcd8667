/*
 * holder: where Linux says who a process is: /proc/PID/stat, /proc/self/ns/pid, boot_id.
 */
#include "base/holder.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/codec.h"
#include "base/hash.h"
#include "base/text.h"

#define MAGIC "varve-lock 1 "

/* The beginning of a small file of the system's, as text; "" when there is none. */
static void read_small(char *out, size_t size, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	out[0] = '\0';
	if (fd < 0) return;
	do {
		n = read(fd, out, size - 1);
	} while (n < 0 && errno == EINTR);
	out[n > 0 ? n : 0] = '\0';
	(void)close(fd);
}

/* proc(5): "pid (name) state ppid ..."; the name may hold spaces and brackets. */
typedef struct proc_stat {
	char state;
	uint64_t threads, started;
} proc_stat;

static bool read_proc_stat(proc_stat *out, uint64_t pid)
{
	char path[40], text[1024], *p, *word, *rest = NULL;
	unsigned field;

	(void)snprintf(path, sizeof path, "/proc/%llu/stat", (unsigned long long)pid);
	read_small(text, sizeof text, path);
	if (!(p = strrchr(text, ')'))) return false;
	memset(out, 0, sizeof *out);
	for (field = 3, word = strtok_r(p + 1, " \n", &rest); word && field <= 22;
	     field++, word = strtok_r(NULL, " \n", &rest)) {
		if (field == 3) {
			out->state = word[0];
		} else if (field == 20) {
			out->threads = strtoull(word, NULL, 10);
		} else if (field == 22) {
			out->started = strtoull(word, NULL, 10);
		}
	}
	return field > 22;
}

/* The link reads "pid:[4026531836]". */
static uint64_t read_pid_space(void)
{
	char text[64];
	ssize_t n = readlink("/proc/self/ns/pid", text, sizeof text - 1);

	if (n <= 0) return 0;
	text[n] = '\0';
	const char *open = strchr(text, '[');
	return open ? strtoull(open + 1, NULL, 10) : 0;
}

static void read_boot(char out[33])
{
	char text[64];
	size_t n = 0;

	read_small(text, sizeof text, "/proc/sys/kernel/random/boot_id");
	for (const char *p = text; *p && n < 32; p++) {
		if (vv_hex_is_lower(p, 1)) {
			out[n++] = *p;
		}
	}
	out[n == 32 ? n : 0] = '\0';
}

/* machine-id(5) is not to be shown as it is. */
static void read_machine(vv_holder *out)
{
	struct utsname name;
	char id[64];
	uint8_t digest[VV_SHA256_LEN] = {0};
	vv_auto(vv_buf) all = VV_BUF_INIT;
	size_t i;

	if (uname(&name) < 0) {
		name.nodename[0] = '\0';
	}
	for (i = 0; name.nodename[i] && i + 1 < sizeof out->host; i++) {
		unsigned char c = (unsigned char)name.nodename[i];

		out->host[i] = (char)(c > ' ' && c < 0x7f ? c : '?');
	}
	out->host[i] = '\0';
	read_small(id, sizeof id, "/etc/machine-id");
	vv_buf_printf(&all, "varve lock\n%s\n%s", name.nodename, id);
	if (vv_buf_ok(&all, NULL) == VV_OK) {
		(void)vv_sha256(digest, all.data, all.len, NULL);
	}
	vv_hex_write(out->machine, digest, 8);
}

void vv_holder_self(vv_holder *out)
{
	proc_stat st;

	*out = (vv_holder){.pid = (uint64_t)getpid()};
	out->started = read_proc_stat(&st, out->pid) ? st.started : 0;
	out->pid_space = read_pid_space();
	read_boot(out->boot);
	read_machine(out);
}

void vv_holder_place(char out[VV_HOLDER_PLACE])
{
	char boot[33];

	read_boot(boot);
	(void)snprintf(out, VV_HOLDER_PLACE, "%s %llu", boot, (unsigned long long)read_pid_space());
}

void vv_holder_text(char out[VV_HOLDER_TEXT], const vv_holder *h)
{
	(void)snprintf(out, VV_HOLDER_TEXT,
		       MAGIC "pid=%llu started=%llu space=%llu boot=%s machine=%s host=%s",
		       (unsigned long long)h->pid, (unsigned long long)h->started,
		       (unsigned long long)h->pid_space, h->boot, h->machine, h->host);
}

/* The value of "name=" at *p, which ends at a space; moves *p behind it. */
static bool take(const char **p, const char *name, char *out, size_t size)
{
	size_t name_len = strlen(name);

	if (strncmp(*p, name, name_len) != 0) return false;
	*p += name_len;
	size_t len = strcspn(*p, " ");
	if (len >= size) return false;
	memcpy(out, *p, len);
	out[len] = '\0';
	*p += len;
	*p += **p == ' ';
	return true;
}

static bool take_number(const char **p, const char *name, uint64_t *out)
{
	char digits[24];

	return take(p, name, digits, sizeof digits) && vv_parse_u64(out, digits, strlen(digits));
}

bool vv_holder_parse(vv_holder *out, const char *text)
{
	const char *p = text;

	memset(out, 0, sizeof *out);
	if (strncmp(p, MAGIC, strlen(MAGIC)) != 0) return false;
	p += strlen(MAGIC);
	return take_number(&p, "pid=", &out->pid) && out->pid > 0 && out->pid <= INT32_MAX &&
	       take_number(&p, "started=", &out->started) &&
	       take_number(&p, "space=", &out->pid_space) &&
	       take(&p, "boot=", out->boot, sizeof out->boot) &&
	       take(&p, "machine=", out->machine, sizeof out->machine) && out->machine[0] &&
	       take(&p, "host=", out->host, sizeof out->host) && *p == '\0';
}

/* When the machine was started, in seconds since 1970; -1: not known. */
static int64_t boot_second(void)
{
#ifdef CLOCK_BOOTTIME
	struct timespec now, up;

	if (clock_gettime(CLOCK_REALTIME, &now) == 0 && clock_gettime(CLOCK_BOOTTIME, &up) == 0) {
		return (int64_t)now.tv_sec - (int64_t)up.tv_sec;
	}
#endif
	return -1;
}

static bool runs(const vv_holder *h)
{
	proc_stat st;

	if (kill((pid_t)h->pid, 0) < 0 && errno == ESRCH) return false;
	if (!read_proc_stat(&st, h->pid)) {
		return true; /* somebody else's, which /proc does not show */
	}
	if (h->started != 0 && st.started != h->started) {
		return false; /* the number is used again */
	}
	/* ended, and only its parent has not yet asked how */
	return !((st.state == 'Z' || st.state == 'X') && st.threads <= 1);
}

vv_holder_state vv_holder_state_of(const vv_holder *h, const vv_holder *self, int64_t made)
{
	if (strcmp(h->machine, self->machine) != 0 || !*h->boot != !*self->boot) {
		return VV_HOLDER_ELSEWHERE;
	}
	if (strcmp(h->boot, self->boot) != 0) {
		return made < boot_second() ? VV_HOLDER_DEAD : VV_HOLDER_ELSEWHERE;
	}
	if (h->pid_space != self->pid_space) return VV_HOLDER_ELSEWHERE;
	return runs(h) ? VV_HOLDER_ALIVE : VV_HOLDER_DEAD;
}
