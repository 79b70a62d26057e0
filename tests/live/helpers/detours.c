/* Calls that do not go the ordinary way, and values that are hard to read; see the usage below.
 *
 * detours texts            say() with a long text, none, bytes that are not UTF-8, an address that maps nothing, a secret
 * detours threads N COUNT  N threads at once, each COUNT times tick(thread, i)
 * detours fork             during() forks; child and parent return from it, and call tick(1, 1) then
 * detours exec             during() runs `detours ticks 3` in its place
 * detours signal           a handler calls tick(2, 2) in the midst of during(); another one leaves it by longjmp
 * detours alternate N      even(N) and odd(N - 1) in turn, each in the other
 * detours again N          replace() runs `detours again N-1` in its place, and returns at 0
 * detours ticks N          tick(0, i) N times
 * detours free N           free(NULL) N times
 * detours wait             says where `tick` is in memory; then N ticks for each line N of standard input
 *
 * Before main, early(1) is called.
 */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROBED __attribute__((noinline, noclone, visibility("default")))

static volatile long sink;
static sigjmp_buf back;
static uint32_t ticks;

PROBED long early(long x)
{
	sink += x;
	return x * 3;
}

__attribute__((constructor)) static void before_main(void)
{
	early(1);
}

PROBED long tick(uint32_t thread, uint64_t i)
{
	sink++;
	return (long)(thread * 1000 + i);
}

PROBED long odd(long n);

PROBED long even(long n)
{
	long below = n ? odd(n - 1) : 1;

	sink++;
	return below;
}

PROBED long odd(long n)
{
	long below = n ? even(n - 1) : 0;

	sink++;
	return below;
}

PROBED long replace(long n)
{
	char text[24];

	snprintf(text, sizeof(text), "%ld", n - 1);
	if (n)
		execl("/proc/self/exe", "detours", "again", text, (char *)NULL);
	return n;
}

PROBED const char *say(const char *text, uint32_t number)
{
	sink += number;
	return text;
}

PROBED long during(void (*what)(void), long x)
{
	what();
	return x + 1;
}

static void *run_ticks(void *number)
{
	for (uint32_t i = 0; i < ticks; i++)
		tick((uint32_t)(uintptr_t)number, i);
	return NULL;
}

static void run_threads(uint32_t count)
{
	pthread_t threads[64];

	for (uintptr_t i = 0; i < count && i < 64; i++)
		pthread_create(&threads[i], NULL, run_ticks, (void *)i);
	for (uintptr_t i = 0; i < count && i < 64; i++)
		pthread_join(threads[i], NULL);
}

static void say_all(void)
{
	/* touched, so that all kernels can read them */
	static const char *const volatile constants[] = {"", "caf\xe9 \xc3\xa9", "login --password=hunter2 now"};
	char text[9001], *edge = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	/* not unmapped: the kernel would put its own page for probes into the hole */
	mprotect(edge + 4096, 4096, PROT_NONE);
	memset(edge, 'e', 4096);
	edge[4095] = 0;
	for (size_t i = 0; i < sizeof(constants) / sizeof(constants[0]); i++)
		sink += *(const volatile char *)constants[i];
	say(constants[0], 0);
	say(text, 1);
	say(NULL, 2);
	say(constants[1], 3);
	say((const char *)16, 4);
	say(constants[2], 5);
	say(edge + 4090, 6);
	edge[4095] = 'E'; /* ends nowhere */
	say(edge + 4090, 7);
}

static void fork_now(void)
{
	if (fork())
		wait(NULL);
}

static void exec_now(void)
{
	execl("/proc/self/exe", "detours", "ticks", "3", (char *)NULL);
}

static void handle(int number)
{
	if (number == SIGUSR2)
		siglongjmp(back, 1);
	tick(2, 2);
}

static void signal_now(void)
{
	raise(SIGUSR1);
}

static void signal_away(void)
{
	raise(SIGUSR2);
}

static void run_signals(void)
{
	signal(SIGUSR1, handle);
	signal(SIGUSR2, handle);
	printf("%ld\n", during(signal_now, 5));
	if (sigsetjmp(back, 1) == 0)
		during(signal_away, 6);
	printf("%ld\n", during(signal_now, 7));
}

static void run_ticks_here(uint32_t count)
{
	ticks = count;
	run_ticks(NULL);
}

static void run_fork(void)
{
	during(fork_now, 4);
	tick(1, 1);
}

static void run_exec(void)
{
	during(exec_now, 3);
}

static void alternate(uint32_t depth)
{
	printf("%ld\n", even(depth));
}

static void again(uint32_t times)
{
	printf("%ld\n", replace(times));
}

static void free_nothing(uint32_t count)
{
	void *volatile nothing = NULL;

	while (count--)
		free(nothing);
}

static void wait_for_lines(void)
{
	char line[32];

	printf("%lx\n", (unsigned long)tick);
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		ticks = (uint32_t)atoi(line);
		run_ticks(NULL);
		printf("done %u\n", ticks);
		fflush(stdout);
	}
}

/* What is done with the words of the command line. */
static const struct {
	const char *word;
	void (*without)(void);
	void (*with)(uint32_t number);
} all[] = {
	{"texts", say_all, NULL},       {"threads", NULL, run_threads}, {"ticks", NULL, run_ticks_here},
	{"fork", run_fork, NULL},       {"exec", run_exec, NULL},       {"signal", run_signals, NULL},
	{"wait", wait_for_lines, NULL}, {"alternate", NULL, alternate}, {"again", NULL, again},
	{"free", NULL, free_nothing},
};

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	uint32_t number = argc > 2 ? (uint32_t)atoi(argv[2]) : 1;

	ticks = argc > 3 ? (uint32_t)atoi(argv[3]) : number;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (strcmp(what, all[i].word))
			continue;
		if (all[i].with)
			all[i].with(number);
		else
			all[i].without();
	}
	return 0;
}
