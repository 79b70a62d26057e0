// Beans: makes garbage, threads and a lock that is waited for; tells as JSON what the machine's own beans (JMX) say of it.
// Beans classes N: defines itself N times by class loaders that nobody keeps, and tells the same.
// Beans wait: for each line of standard input collects garbage once; tells the same before and after.
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;
import java.util.StringJoiner;
import java.util.TreeSet;

public class Beans {
  static final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  static final List<String> workers = new ArrayList<>();
  static final TreeSet<Long> ids = new TreeSet<>();
  static ThreadInfo blocked;

  static class Loader extends ClassLoader {
    Loader() {
      super(null);
    }
    Class<?> define(byte[] code) {
      return defineClass(null, code, 0, code.length);
    }
  }

  // As the kernel numbers it.
  static String number() {
    try {
      return Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName().toString();
    } catch (Exception e) {
      return "null";
    }
  }

  static void work(int n) throws Exception {
    Thread worker = new Thread(() -> {
      Thread self = Thread.currentThread();
      workers.add(String.format("[\"%s\", %d, %s, %b]", self.getName(), self.getId(), number(), self.isDaemon()));
    }, "worker-" + n);
    worker.setDaemon(n % 2 == 1);
    ids.add(worker.getId());
    worker.start();
    worker.join();
  }

  static void block(long milliseconds) throws Exception {
    Object lock = new Object();
    Thread waits = new Thread(() -> {
      synchronized (lock) {
        blocked = threads.getThreadInfo(Thread.currentThread().getId());
      }
    }, "waits");
    ids.add(waits.getId());
    synchronized (lock) {
      waits.start();
      while (waits.getState() != Thread.State.BLOCKED) Thread.sleep(1);
      Thread.sleep(milliseconds);
    }
    waits.join();
  }

  static void litter() {
    byte[][] kept = new byte[16][];
    for (int n = 0; n < 2000; n++) kept[n % kept.length] = new byte[1 << 16];
    System.gc();
    System.gc();
  }

  static void define(int times) throws Exception {
    byte[] code = Beans.class.getResourceAsStream("Beans.class").readAllBytes();
    for (int n = 0; n < times; n++) new Loader().define(code);
  }

  static void tell() {
    StringJoiner all = new StringJoiner(", ", "{", "}");
    all.add("\"pid\": " + ProcessHandle.current().pid());
    StringJoiner collectors = new StringJoiner(", ", "{", "}"), pools = new StringJoiner(", ", "{", "}");
    for (GarbageCollectorMXBean each : ManagementFactory.getGarbageCollectorMXBeans())
      collectors.add("\"" + each.getName() + "\": " + each.getCollectionCount());
    for (MemoryPoolMXBean each : ManagementFactory.getMemoryPoolMXBeans())
      if (each.getCollectionUsage() != null)
        pools.add("\"" + each.getName() + "\": " + each.getCollectionUsage().getUsed());
    for (long id : threads.getAllThreadIds()) ids.add(id);
    ids.remove(Thread.currentThread().getId());
    all.add("\"collections\": " + collectors).add("\"pools\": " + pools).add("\"ids\": " + ids);
    all.add("\"started\": " + threads.getTotalStartedThreadCount()).add("\"workers\": " + workers);
    if (blocked != null)
      all.add("\"blocked\": [" + blocked.getThreadId() + ", " + blocked.getBlockedCount() + ", "
          + blocked.getBlockedTime() + "]");
    System.out.println("beans " + all);
  }

  public static void main(String[] arguments) throws Exception {
    threads.setThreadContentionMonitoringEnabled(true);
    if (arguments.length == 0) {
      for (int n = 0; n < 5; n++) work(n);
      litter();
      block(60);
    } else if (arguments[0].equals("classes")) {
      define(Integer.parseInt(arguments[1]));
    } else {
      Scanner lines = new Scanner(System.in);
      tell();
      for (; lines.hasNextLine(); lines.nextLine()) System.gc();
    }
    tell();
    Runtime.getRuntime().halt(0);
  }
}
