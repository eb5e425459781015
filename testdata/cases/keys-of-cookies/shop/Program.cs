var builder = WebApplication.CreateBuilder(args);
// builder.Services.AddSession();
builder.Services.AddRazorPages();
builder.Build().Run();
