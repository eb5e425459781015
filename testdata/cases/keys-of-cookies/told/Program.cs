var builder = WebApplication.CreateBuilder(args);
builder.Services.AddRazorPages();
builder.Services.AddDataProtection().PersistKeysToFileSystem(new DirectoryInfo("/keys"));
builder.Build().Run();
