Rails.application.configure do
  config.hosts << "shop.test"
end
